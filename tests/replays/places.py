"""What must not be in a recorded stream: the folders of the machine that it was recorded on."""

OF_A_MACHINE = (*(b"/%s/" % folder for folder in (b"tmp", b"root", b"home", b"work")), b"callcenter-run")
