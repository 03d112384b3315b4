"""What intake knows without asking anybody: codes, texts, contacts, and how its streams evolve."""
