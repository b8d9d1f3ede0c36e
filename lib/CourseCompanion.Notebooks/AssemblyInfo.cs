using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("CourseCompanion.Cli.Tests")]
[assembly: InternalsVisibleTo("EndToEnd")]
[assembly: InternalsVisibleTo("CourseCompanion.Chapters.Tests")]
[assembly: InternalsVisibleTo("CourseCompanion.Notebooks.Tests")]
[assembly: InternalsVisibleTo("course")]
