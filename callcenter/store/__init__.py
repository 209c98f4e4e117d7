"""Engine, fact tables and the recorder that writes facts into them."""
