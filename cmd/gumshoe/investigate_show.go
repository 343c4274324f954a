package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"os/exec"

	"gumshoe/report"
)

// presentDossier writes the answer, on a terminal through a pager.
func (a *app) presentDossier(d report.Dossier, html bool) error {
	switch {
	case a.json:
		return report.DossierObject(a.out, d)
	case html:
		return report.DossierHTML(a.out, d)
	}
	if !terminal(a.out) {
		return report.DossierText(a.out, d, a.textOptions())
	}
	var text bytes.Buffer
	if err := report.DossierText(&text, d, a.textOptions()); err != nil {
		return err
	}
	return a.page(text.Bytes())
}

// notFound is the exit code from which on a shell says that it could not run a command.
const notFound = 126

// page shows a text with the pager of the environment. Where that cannot be run
// the text is simply written.
func (a *app) page(text []byte) error {
	command := cmp.Or(os.Getenv("PAGER"), "less -R")
	pager := exec.Command("/bin/sh", "-c", command)
	pager.Stdin, pager.Stdout, pager.Stderr = bytes.NewReader(text), a.out, a.err
	pager.Env = append(os.Environ(), "LESS="+cmp.Or(os.Getenv("LESS"), "FRX")) // a short answer needs no key to leave
	err := pager.Run()
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) && exit.ExitCode() < notFound {
		return nil
	}
	_, err = io.Copy(a.out, bytes.NewReader(text))
	return err
}
