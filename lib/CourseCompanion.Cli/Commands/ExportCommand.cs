using System.CommandLine;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course export</c>: turns notebooks into pages, without executing them.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string[]> notebooks = new("NOTEBOOK")
        {
            Description = "A chapter's number or name, of which the executed copy in the output folder is taken when there is one; or a path.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> format = new("--to") { Description = "The format.", DefaultValueFactory = _ => "html" };
        format.AcceptOnlyFromAmong("html");
        Option<string> output = new("--out")
        {
            Description = "The folder for the pages.",
            HelpName = "DIR",
            DefaultValueFactory = _ => context.Folder.Output,
        };
        Command command = new("export", "Turns notebooks into pages that need nothing else.") { notebooks, format, output };
        command.Run(context, (parsed, cancellation) =>
        {
            IReadOnlyList<string> sources = new NotebookNames(context.Folder).Resolve(parsed.GetRequiredValue(notebooks));
            string folder = Path.GetFullPath(parsed.GetRequiredValue(output));
            Directory.CreateDirectory(folder);
            foreach (string source in sources)
            {
                cancellation.ThrowIfCancellationRequested();
                string name = Path.GetFileNameWithoutExtension(source);
                string executed = Path.Combine(folder, Path.GetFileName(source));
                bool isOfCourse = Path.GetDirectoryName(source) == context.Folder.Notebooks;
                NotebookDocument document = NotebookDocument.Load(isOfCourse && File.Exists(executed) ? executed : source);
                string page = Path.Combine(folder, name + ".html");
                AtomicFile.WriteAllText(page, HtmlExporter.Export(document, new HtmlExportOptions { Title = document.Title ?? name, Folder = Path.GetDirectoryName(Path.GetFullPath(source)) }));
                context.Output.WriteLine(context.Folder.Shorten(page));
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
