using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CourseCompanion.Labelling.Shards;

/// <summary>Jobs and shards in one SQLite file: for one process on one machine.</summary>
public sealed class SqliteShardStore : ShardStore
{
    private readonly string _connection;

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is no SQLite file.</exception>
    public SqliteShardStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        _connection = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true, DefaultTimeout = 30 }.ConnectionString;
        try
        {
            CreateTables();
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is 11 or 26)
        {
            // Damaged, or something else.
            throw new InvalidDataException($"'{path}' is not the file of a labelling job: {exception.Message} Label into another folder, or put a good copy in its place.", exception);
        }
        catch (SqliteException exception)
        {
            throw new IOException($"'{path}' cannot be used now: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The one process has a lock on the folder as long as it lives (<see cref="Dispatch.LabellingJob.RunHereAsync"/>).</remarks>
    public override Task<IDisposable?> HoldAsync(string output, CancellationToken cancellation) => Task.FromResult<IDisposable?>(null);

    /// <inheritdoc/>
    protected override string Identity => "integer primary key";

    /// <inheritdoc/>
    protected override string Now => "cast((julianday('now') - 2440587.5) * 86400000 as integer)";

    /// <inheritdoc/>
    protected override DbConnection Open()
    {
        SqliteConnection connection = new(_connection);
        connection.Open();
        using SqliteCommand settings = connection.CreateCommand();
        settings.CommandText = "pragma journal_mode = wal; pragma foreign_keys = on; pragma busy_timeout = 30000";
        settings.ExecuteNonQuery();
        return connection;
    }

    /// <inheritdoc/>
    protected override bool IsPassing(Exception exception) => exception is SqliteException { SqliteErrorCode: 5 or 6 };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            using SqliteConnection one = new(_connection);
            SqliteConnection.ClearPool(one);
        }
    }
}
