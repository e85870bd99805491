"""What is asked and measured at a station: templates in versions, runs, answers, findings."""
