"""The console command: its verbs lie in `verbs`. Prefect is needed for none of them."""

import typer

from verbs.comparing import compare, history
from verbs.installation import config, doctor
from verbs.looking import explain, show
from verbs.methods import methods_app
from verbs.nightly import check, ingest_files, run
from verbs.starting import init

app = typer.Typer(
    name="safety-index",
    help="A city's nightly safety index: records in, ranked pages and files out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(init)
app.command()(run)
app.command("ingest")(ingest_files)
app.command()(check)
app.command()(show)
app.command()(explain)
app.command()(compare)
app.command()(history)
app.add_typer(methods_app, name="methods")
app.command()(doctor)
app.command()(config)


def main() -> None:
    """Entry point of the console command."""
    app()


if __name__ == "__main__":
    main()
