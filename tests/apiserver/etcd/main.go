// Command etcd is etcd 3.6, unchanged, built from its published Go modules. Debian 12 ships 3.4,
// under which an API server cannot serve streaming lists.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
