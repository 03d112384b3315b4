"""How Peygir is put on machines: on one in `local`; containers and Kubernetes beside it."""
