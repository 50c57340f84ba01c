"""Who is it? Some photos of people are enrolled, and all others are looked up."""
