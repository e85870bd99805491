"""What must be done to each station and when: plans by model, their dates, recalls."""
