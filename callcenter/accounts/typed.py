"""What people type that is never shown: passwords, codes and words, as requests carry them."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from callcenter.accounts.rules import LONGEST_CODE, LONGEST_PASSWORD


def _is_text(secret: SecretStr) -> SecretStr:
    """Raises ValueError for half of a surrogate pair, which JSON can carry and nothing can hash or keep."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("this is no text") from None
    return secret


Secret = Annotated[SecretStr, AfterValidator(_is_text)]
TypedPassword = Annotated[Secret, Field(min_length=1, max_length=LONGEST_PASSWORD)]
TypedCode = Annotated[Secret, Field(max_length=LONGEST_CODE)]
