using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("CourseCompanion.Notebooks.Tests")]
