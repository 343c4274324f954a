package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gumshoe/report"
)

// metricsSuffix is what the names of the files that node_exporter picks up end in.
const metricsSuffix = ".prom"

// setMetrics reads metrics: the file that a node exporter picks up.
func setMetrics(s *Settings, v, _ string) error {
	if v != "" {
		if !filepath.IsAbs(v) || filepath.Ext(v) != metricsSuffix {
			return errors.New("a whole path that ends in " + metricsSuffix + " is needed: node_exporter reads no other file")
		}
		if _, err := os.Stat(filepath.Dir(v)); err != nil {
			return err
		}
	}
	s.Mail.Metrics = v
	return nil
}

// tellMetrics replaces the file for the node exporter, which never sees half of one. A
// run over the past says nothing of now.
func (a *app) tellMetrics(j *job, r report.Report) error {
	path := j.Settings.Mail.Metrics
	if path == "" || !j.Span.Until.IsZero() {
		return nil
	}
	var text bytes.Buffer
	if err := report.Metrics(&text, r); err != nil {
		return err
	}
	if err := replaceFile(path, text.Bytes(), 0o644); err != nil { // whoever runs the exporter reads it
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
