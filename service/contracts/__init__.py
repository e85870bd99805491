"""What a customer has bought: service packages as products, contracts with their stations."""
