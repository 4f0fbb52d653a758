"""Where facts and old items come from: item files and published articles."""
