using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("CourseCompanion.Cli.Tests")]
[assembly: InternalsVisibleTo("EndToEnd")]
[assembly: InternalsVisibleTo("CourseCompanion.Notebooks.Tests")]
[assembly: InternalsVisibleTo("course")]
