"""Who is quoted saying what: doc -> quotes and their parts (`stage.find_quotes`)."""
