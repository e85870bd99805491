"""What a customer's person sees: the own stations, visits, tickets and reports, in plain words."""
