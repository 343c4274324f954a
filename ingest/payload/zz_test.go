package payload
import ("testing";"os";"strings";"fmt")
func TestDbg(t *testing.T){ b,_:=os.ReadFile("/tmp/sc/dbg.txt")
 for _,l:=range strings.Split(strings.TrimSpace(string(b)),"\n"){ at:=inValue; if strings.HasPrefix(l,"R:"){at=inReferer;l=l[2:]}; if strings.HasPrefix(l,"A:"){at=inAgent;l=l[2:]}
  in:=inspector{}; in.value(nil,[]byte(l),at); fmt.Println("##",l,in.class,in.stage)
  dec,_:=decode(nil,[]byte(l),true); pl:=fold(nil,dec)
  for fi,f:=range []form{plain,shell,tight}{ tx:=[][]byte{pl,unquote(nil,pl),squeeze(nil,pl)}[fi]; var h bitset; literals.find(tx,&h)
   for i:=range rules{ r:=&rules[i]; if h.has(uint16(i))&&r.on&f!=0&&r.at&at!=0&&(r.re==nil||r.re.Match(tx)) { c,s:=r.class,r.stage; if r.check!=nil {c,s=r.check(&value{decoded:dec,plain:pl,at:at})}; if c!=0 {loc:=[]byte{}; if r.re!=nil{loc=r.re.Find(tx)}; e:=r.expr; if len(e)>60{e=e[:60]}; fmt.Printf("   %d %v %d [%s] %s\n",i,c,s,loc,e)}}}}
 }}
