MATCH (p:Person) WHERE p.name IS NULL SET p.name = p.login
