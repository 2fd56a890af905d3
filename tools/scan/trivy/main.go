// Command trivy-checks prints what Trivy's checks of Kubernetes find in the manifests of a folder, one in each file.
package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"log"
	"os"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
)

type finding struct {
	Check   string `json:"check"`
	File    string `json:"file"`
	Message string `json:"message"`
}

type report struct {
	// Files that were looked at: one that cannot be parsed is left out without a word.
	Files    []string  `json:"files"`
	Findings []finding `json:"findings"`
}

func main() {
	folder := os.DirFS(os.Args[1])
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		log.Fatal(err)
	}
	scanner := kubernetes.NewScanner(rego.WithEmbeddedPolicies(true), rego.WithEmbeddedLibraries(true))
	answer := report{Files: []string{}, Findings: []finding{}}
	// One by one: of several together, a check that is meant for the kind of one is applied to all.
	for _, name := range names {
		results, err := scanner.ScanFS(context.Background(), folder, name)
		if err != nil {
			log.Fatal(err)
		}
		if len(results) > 0 {
			answer.Files = append(answer.Files, name)
		}
		for _, each := range results.GetFailed() {
			answer.Findings = append(answer.Findings, finding{each.Rule().AVDID, name, each.Description()})
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		log.Fatal(err)
	}
}
