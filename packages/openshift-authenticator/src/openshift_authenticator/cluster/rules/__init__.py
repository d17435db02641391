"""What the cluster's documents, tokens and accounts mean; values in, values out."""
