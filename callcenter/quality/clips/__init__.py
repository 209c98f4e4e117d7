"""The library of clips (案例库): spans of recordings that show how it is done, or how not, and playlists of them."""
