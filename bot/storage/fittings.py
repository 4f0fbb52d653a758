"""Which pictures were made of others so that they fit; their bytes are in `pictures`."""

from sqlalchemy import select

from bot.core import fit
from bot.core.collage import Picture
from bot.core.delivery import Image
from bot.core.fit import Fit
from bot.storage.database import insert_new
from bot.storage.pictures import Pictures
from bot.storage.statements import Statements
from bot.storage.tables import fittings, pictures


class Fittings(Statements):
    """Fitted pictures, each found by its original, the page of it, and what it has to fit."""

    def find(self, original: Picture, key: str) -> Fit | None:
        """What was made of a picture for the limits with this key."""
        mine = (
            fittings.c.original_sha256 == original.sha256,
            fittings.c.page == original.page,
            fittings.c.key == key,
        )
        columns = (pictures.c.mime, pictures.c.width, pictures.c.height, pictures.c.size)
        statement = select(fittings, *columns).join(
            pictures, pictures.c.sha256 == fittings.c.sha256
        )
        row = self.conn.execute(statement.where(*mine)).first()
        if row is None:
            return None
        file = fit.file(original.file, row.mime)
        picture = Picture(row.sha256, row.mime, row.width, row.height, row.size, file)
        return Fit(picture, original, row.way, row.fidelity, row.made_by)

    def shown(self, image: Image) -> Fit:
        """The stored picture of a part, and how it was made, as far as that is known."""
        statement = (
            select(pictures.c.width, pictures.c.height, pictures.c.size)
            .add_columns(fittings.c.original_sha256, fittings.c.page, fittings.c.way)
            .add_columns(fittings.c.fidelity, fittings.c.made_by)
            .outerjoin(fittings, fittings.c.sha256 == pictures.c.sha256)
            .where(pictures.c.sha256 == image.sha256)
        )
        row = self.conn.execute(statement.limit(1)).one()
        sides = (row.width, row.height, row.size)
        picture = Picture(image.sha256, image.mime, *sides, image.file)
        if row.way is None:
            return Fit(picture, picture, "as it was given", fit.WHOLE)
        original = picture._replace(sha256=row.original_sha256, page=row.page)
        return Fit(picture, original, row.way, row.fidelity, row.made_by)

    def put(self, made: Fit, key: str, data: bytes) -> None:
        """Store what was made of a stored picture; what is there already stays as it is."""
        Pictures(self.scope).put(made.picture, data)
        insert_new(
            self.conn,
            fittings,
            original_sha256=made.original.sha256,
            page=made.original.page,
            key=key,
            sha256=made.picture.sha256,
            way=made.way,
            fidelity=made.fidelity,
            made_by=made.made_by,
        )
