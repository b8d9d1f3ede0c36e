namespace CourseCompanion.Tests.Shared;

/// <summary>A test over PostgreSQL; skipped where the distribution's package is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.Programs is null ? "No PostgreSQL server is installed (Debian: postgresql)." : null;
}
