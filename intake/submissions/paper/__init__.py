"""A form on paper: a listening session's questions as a Word file, and reading it back when it was filled."""
