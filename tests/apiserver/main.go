// Command kube-apiserver is the API server of Kubernetes, unchanged, built from
// its published Go modules so that tests can talk to the real thing.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
