using System.CommandLine;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Notebooks.Site;
using CourseCompanion.Notebooks.Slides;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course export</c>: turns notebooks into pages and slides, without executing them.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string[]> notebooks = new("NOTEBOOK")
        {
            Description = "A chapter's number or name, of which the executed copy is taken when there is one (--from); a path; or all. The site has all unless some are named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> format = new("--to")
        {
            Description = "html (a page), slides (an HTML file with reveal.js), pptx (the recommendations for PowerPoint), site (static pages with a contents list, a search and summary sheets), student (the notebook to hand out, without any solution) or teacher (with solutions and remarks).",
            DefaultValueFactory = _ => "html",
        };
        format.AcceptOnlyFromAmong("html", "slides", "pptx", "site", "student", "teacher");
        Option<string?> output = new("--out")
        {
            Description = "The folder for the files. Default: out; for site, student and teacher, the folder of that name in there.",
            HelpName = "DIR",
        };
        Option<DirectoryInfo> from = new Option<DirectoryInfo>("--from")
        {
            Description = "Where 'course run' wrote the executed chapters. Default: the folder for the files, then out.",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        Option<bool> noPdf = new("--no-pdf")
        {
            Description = "The site's summary sheets are pages only.",
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
        Command command = new("export", "Turns notebooks into pages or slides that need nothing else; slides need executed ones.")
        {
            notebooks, format, output, from, code, section, noPdf,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            string to = parsed.GetRequiredValue(format);
            string[] named = parsed.GetValue(notebooks) ?? [];
            if (named.Length == 0 && to != "site")
            {
                throw new UsageException("Name a notebook, or write all.");
            }

            string folder = Path.GetFullPath(parsed.GetValue(output) ?? (to is "site" or "student" or "teacher" ? Path.Combine(context.Folder.Output, to) : context.Folder.Output));
            if (to is "student" or "teacher")
            {
                ExportVersions(new NotebookNames(context.Folder).Resolve(named), to, folder, context, cancellation);
                return ExitCode.Success;
            }

            string[] executed = parsed.GetValue(from) is { } given ? [given.FullName] : [folder, context.Folder.Output];
            List<Source> sources = [.. new NotebookNames(context.Folder).Resolve(named).Select(path => Source.Load(path, executed, context.Folder))];
            if (to == "site")
            {
                await ExportSiteAsync(sources, folder, new SiteOptions { PrintsSheets = !parsed.GetValue(noPdf) }, context, cancellation);
                return ExitCode.Success;
            }

            Directory.CreateDirectory(folder);
            foreach (Source source in sources)
            {
                cancellation.ThrowIfCancellationRequested();
                SlideOptions options = new()
                {
                    Title = source.Document.Title ?? source.Name,
                    Folder = source.Home,
                    ShowsCode = parsed.GetValue(code),
                    Sections = parsed.GetValue(section) is { Length: > 0 } names ? names : null,
                };
                string file = Path.Combine(folder, source.Name);
                switch (to)
                {
                    case "slides":
                        AtomicFile.WriteAllText(file += ".slides.html", SlideExporter.Export(source.Document, options));
                        break;
                    case "pptx":
                        using (AtomicFile target = new(file += ".pptx"))
                        {
                            PowerPointExporter.Export(source.Document, source.Name, Path.Combine(context.Folder.Notebooks, "results"), target.Stream, options);
                            target.Commit();
                        }

                        break;
                    default:
                        AtomicFile.WriteAllText(file += ".html", HtmlExporter.Export(source.Document, new HtmlExportOptions { Title = options.Title, Folder = source.Home }));
                        break;
                }

                context.Output.WriteLine(context.Folder.Shorten(file));
            }

            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Versions of the sources, never of executed copies, with the files beside them that they name.</summary>
    private static void ExportVersions(IEnumerable<string> paths, string to, string folder, CommandContext context, CancellationToken cancellation)
    {
        List<GradedChapter> chapters = [.. paths.Select(GradedChapter.Load)];
        foreach (GradedChapter chapter in chapters)
        {
            RequireReplaceable(Target(chapter), to, chapter);
        }

        foreach (GradedChapter chapter in chapters)
        {
            cancellation.ThrowIfCancellationRequested();
            string home = Path.GetDirectoryName(chapter.Path)!;
            string target = Target(chapter);
            NotebookDocument version;
            if (to == "student")
            {
                version = NotebookVersions.Student(chapter.Notebook);
            }
            else
            {
                string solutions = Path.Combine(home, "solutions", chapter.Name + ".md");
                version = NotebookVersions.Teacher(chapter.Notebook, File.Exists(solutions) ? File.ReadAllText(solutions) : "", chapter.Quiz);
            }

            foreach (string name in NotebookVersions.FilesOf(version, home))
            {
                if (Path.Combine(folder, name) is var copy && copy != Path.Combine(home, name))
                {
                    using AtomicFile file = new(copy);
                    using FileStream source = File.OpenRead(Path.Combine(home, name));
                    source.CopyTo(file.Stream);
                    file.Commit();
                }
            }

            version.Save(target);
            context.Output.WriteLine(context.Folder.Shorten(target));
        }

        string Target(GradedChapter chapter) => Path.Combine(folder, chapter.Name + ".ipynb");
    }

    /// <summary>An export replaces an earlier one, and nobody's work.</summary>
    private static void RequireReplaceable(string target, string to, GradedChapter chapter)
    {
        if (!File.Exists(target))
        {
            return;
        }

        NotebookDocument there = NotebookDocument.Load(target);
        string? kept = NotebookVersions.VersionOf(there) != to ? $"is no {to}'s version"
            : there.CodeCells.Any(cell => cell.Outputs.Count > 0) ? "has been worked with (it has outputs)"
            : to == "student" && StudentAnswers.Read(there, chapter) is var answers
                && (answers.Exercises.Values.Any(answer => !answer.IsUntouched) || answers.Quiz?.Any(letter => letter.Length > 0) == true) ? "has been worked with (it has answers)"
            : null;
        if (kept is not null)
        {
            throw new InvalidOperationException($"{target} is there already, and {kept}. Name another folder with --out, or move it away.");
        }
    }

    private static async Task ExportSiteAsync(
        IEnumerable<Source> sources, string folder, SiteOptions options, CommandContext context, CancellationToken cancellation)
    {
        SiteReport report = await SiteExporter.ExportAsync(
            [.. sources.Select(source => new SiteChapter(source.Name, source.Document) { Folder = source.Home })], folder, options, cancellation);
        foreach (string notice in report.Notices)
        {
            context.Error.WriteLine($"course: {notice}");
        }

        context.Output.WriteLine(context.Folder.Shorten(report.IndexFile));
        context.Output.WriteLine(
            $"Chapters: {report.Chapters}, with results: {report.Executed}; summary sheets as PDF: {report.Sheets}.");
    }

    /// <summary>A notebook to be exported.</summary>
    /// <param name="Name">Its file's name without extension.</param>
    /// <param name="Home">The folder of its source, where its images are.</param>
    /// <param name="Document">Its executed copy where there is one.</param>
    private sealed record Source(string Name, string Home, NotebookDocument Document)
    {
        public static Source Load(string path, IEnumerable<string> executed, CourseFolder course)
        {
            bool isOfCourse = Path.GetDirectoryName(path) == course.Notebooks;
            string? copy = isOfCourse ? executed.Select(folder => Path.Combine(folder, Path.GetFileName(path))).FirstOrDefault(File.Exists) : null;
            return new Source(Path.GetFileNameWithoutExtension(path), Path.GetDirectoryName(Path.GetFullPath(path))!, NotebookDocument.Load(copy ?? path));
        }
    }
}
