"""What is stated and how sure it is left: doc -> hedges and claims (`hedges.find_hedges`, `stage.find_claims`)."""
