//go:build !linux

package main

// growInHugePages is for Linux alone.
func growInHugePages() {}
