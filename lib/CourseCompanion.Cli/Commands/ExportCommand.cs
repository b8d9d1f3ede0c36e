using System.CommandLine;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Slides;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course export</c>: turns notebooks into pages and slides, without executing them.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string[]> notebooks = new("NOTEBOOK")
        {
            Description = "A chapter's number or name, of which the executed copy in the output folder is taken when there is one; or a path.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> format = new("--to")
        {
            Description = "html (a page), slides (an HTML file with reveal.js) or pptx (the recommendations for PowerPoint).",
            DefaultValueFactory = _ => "html",
        };
        format.AcceptOnlyFromAmong("html", "slides", "pptx");
        Option<string> output = new("--out")
        {
            Description = "The folder for the files.",
            HelpName = "DIR",
            DefaultValueFactory = _ => context.Folder.Output,
        };
        Option<bool> code = new("--code")
        {
            Description = "Slides show the program text of every cell, and not only of those tagged show-input.",
        };
        Option<string[]> section = new("--section")
        {
            Description = "Slides of the sections whose heading says this, after the title; may be repeated. Default: all; for pptx, those of the recommendations where there are any.",
            AllowMultipleArgumentsPerToken = false,
            HelpName = "TEXT",
        };
        Command command = new("export", "Turns executed notebooks into pages or slides that need nothing else.") { notebooks, format, output, code, section };
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
                string home = Path.GetDirectoryName(Path.GetFullPath(source))!;
                SlideOptions options = new()
                {
                    Title = document.Title ?? name,
                    Folder = home,
                    ShowsCode = parsed.GetValue(code),
                    Sections = parsed.GetValue(section) is { Length: > 0 } names ? names : null,
                };
                string file;
                switch (parsed.GetRequiredValue(format))
                {
                    case "slides":
                        file = Path.Combine(folder, name + ".slides.html");
                        AtomicFile.WriteAllText(file, SlideExporter.Export(document, options));
                        break;
                    case "pptx":
                        file = Path.Combine(folder, name + ".pptx");
                        using (AtomicFile target = new(file))
                        {
                            PowerPointExporter.Export(document, name, Path.Combine(context.Folder.Notebooks, "results"), target.Stream, options);
                            target.Commit();
                        }

                        break;
                    default:
                        file = Path.Combine(folder, name + ".html");
                        AtomicFile.WriteAllText(file, HtmlExporter.Export(document, new HtmlExportOptions { Title = options.Title, Folder = home }));
                        break;
                }

                context.Output.WriteLine(context.Folder.Shorten(file));
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
