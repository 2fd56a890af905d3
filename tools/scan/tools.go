//go:build tools

// Package scan names the program that looks at the manifests, so that its version is pinned.
package scan

import _ "github.com/zegl/kube-score/cmd/kube-score"
