module berth.dev/tools/kube/pause

go 1.26
