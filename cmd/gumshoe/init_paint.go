package main

// state is how a thing is: of a line of init's, of a check of doctor's.
type state string

const (
	stateOK   state = "ok"
	stateWarn state = "warn"
	stateFail state = "fail"
	stateNone state = "none" // not here, which is no fault
)

// painter writes marks and colours as the terminal bears them. The mark never says
// what the words do not.
type painter struct {
	color, ascii bool
}

func (a *app) painter() painter {
	o := a.textOptions()
	return painter{o.Color, o.ASCII}
}

func (p painter) paint(style, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (p painter) bold(text string) string    { return p.paint("1", text) }
func (p painter) dim(text string) string     { return p.paint("2", text) }
func (p painter) command(text string) string { return p.paint("36", text) }

func (p painter) mark(s state) string {
	marks := map[state]string{stateOK: "✓", stateWarn: "!", stateFail: "✗", stateNone: "-"}
	if p.ascii {
		marks[stateOK], marks[stateFail] = "+", "x"
	}
	style := map[state]string{stateOK: "32", stateWarn: "33", stateFail: "31", stateNone: "2"}[s]
	return p.paint(style, marks[s])
}
