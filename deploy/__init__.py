"""How Peygir is put on machines: one machine here in `local`, containers and Kubernetes beside it."""
