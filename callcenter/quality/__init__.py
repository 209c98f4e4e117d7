"""Quality (质检): the forms by which calls are reviewed, and the scores that come of them."""
