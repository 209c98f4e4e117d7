"""Who did what: every act is written down, and nothing written is changed or taken away."""
