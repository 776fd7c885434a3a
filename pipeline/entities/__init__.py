"""Who and what is named: doc -> mentions and entities (`stage.find_entities`)."""
