using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("CourseCompanion.Notebooks.Tests")]
[assembly: InternalsVisibleTo("course")]
