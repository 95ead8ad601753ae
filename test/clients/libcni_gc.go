// SPDX-License-Identifier: Apache-2.0
// libcni_gc - call libcni's GC with the attachments that are still valid
//
// usage: libcni_gc CONFLIST [CONTAINER IFNAME]...   (CNI_PATH: the plugins)
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containernetworking/cni/libcni"
	"github.com/containernetworking/cni/pkg/types"
)

func run() error {
	list, err := libcni.ConfListFromFile(os.Args[1])
	if err != nil {
		return err
	}
	// Nothing valid: a nil slice, as runtimes have it, which becomes null.
	args := &libcni.GCArgs{}
	for i := 2; i+1 < len(os.Args); i += 2 {
		args.ValidAttachments = append(args.ValidAttachments,
			types.GCAttachment{ContainerID: os.Args[i], IfName: os.Args[i+1]})
	}
	cni := libcni.NewCNIConfig(filepath.SplitList(os.Getenv("CNI_PATH")), nil)
	return cni.GCNetworkList(context.Background(), list, args)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
