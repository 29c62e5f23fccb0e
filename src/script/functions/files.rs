//! Files that the command line lets a script read and write.

use std::path::Path;

use rhai::Module;
use rhai::plugin::*;

use super::secrets::Handed;
use crate::files;
use crate::gate::{Admission, Effect, Grant};
use crate::script::engine::LONGEST_TEXT;
use crate::script::failure::mistake;
use crate::script::run::Run;

/// What is read of a file at most.
const LARGEST: u64 = LONGEST_TEXT as u64;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns a file as text.
    ///
    /// Ends the run (exit 5) unless `--allow-read` covers the file, wherever links lead, and with a token's value in it unless
    /// there is `--allow-reveal` too. Throws if it cannot be read, is no plain file, no UTF-8, or longer than 32 MiB.
    ///
    /// ```rhai
    /// // patroll run --allow-read ids.txt …
    /// for id in read_file("ids.txt").split("\n").filter(|line| line != "") {
    ///     print(id);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn read_file(
        context: NativeCallContext,
        path: &str,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.require(&context, &Grant::Read(path.into()))?;
        let bytes = files::read(Path::new(path), LARGEST).map_err(|error| run.throw(error))?;
        let text = String::from_utf8(bytes).map_err(|_| mistake(format!("{path} is not UTF-8")))?;
        run.let_in(&context, &text)?;
        Ok(text.into())
    }

    /// Writes a text or a secret to a file, which it replaces as a whole or not at all. A secret is written with a line end,
    /// readable by its owner alone; a text as it is. Nothing is written in a dry run.
    ///
    /// Ends the run (exit 5) unless `--allow-write` covers the file. Throws if the file cannot be written, or is a link or
    /// no plain file.
    ///
    /// ```rhai
    /// // patroll run --allow-write report.json …
    /// write_file("report.json", to_json(tokens_list()));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn write_file(
        context: NativeCallContext,
        path: &str,
        what: Dynamic,
    ) -> Result<(), Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        run.check_ready()?;
        let handed = Handed::read(&what, "a file holds a text or a secret")?;
        let effect = Effect::WriteFile { path: path.to_owned() };
        let permit = match run.admit(&context, effect)? {
            Admission::Go(permit) => permit,
            Admission::Dry(_) => {
                handed.arrive(&run);
                return Ok(());
            }
        };
        let path = Path::new(path);
        let written = if handed.is_secret() {
            files::replace(permit, path, handed.value()?)
        } else {
            files::replace_text(permit, path, handed.value()?.expose())
        };
        written.map_err(|error| run.throw(error))?;
        handed.arrive(&run);
        Ok(())
    }
}
