using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace CourseCompanion.Labelling.Shards;

/// <summary>Jobs and shards in PostgreSQL: for as many machines as one likes.</summary>
public sealed class PostgresShardStore : ShardStore
{
    /// <summary>
    /// Connections that one process holds at most, Hangfire's included. Hangfire's watchers keep one each while they wait for a lock: with fewer, the
    /// work itself would wait for them.
    /// </summary>
    public const int MaximalConnections = 5;

    /// <summary>Workers that a server lets in unless its <c>max_connections</c> says otherwise.</summary>
    public const int WorkersByDefault = (DefaultConnections - ReservedConnections) / MaximalConnections;

    private const int DefaultConnections = 100, ReservedConnections = 3;   // those for its administrator
    private const int SchemaLock = 0x6C61_6265;   // any number, as long as everybody takes the same
    private const string Name = "course labelling", Hidden = "***";

    /// <summary>Connects, and makes the tables where they are not.</summary>
    /// <param name="connection">As Npgsql reads it: <c>Host=...;Database=...;Username=...</c>. A password is better kept in <c>PGPASSFILE</c>.</param>
    /// <exception cref="IOException">The server cannot be reached, or does not let us in.</exception>
    public PostgresShardStore(string connection)
    {
        NpgsqlConnectionStringBuilder wanted;
        try
        {
            wanted = new NpgsqlConnectionStringBuilder(connection);
            Shown = Mask(wanted);
            (wanted.Pooling, wanted.MaxPoolSize) = (true, MaximalConnections);
            wanted.KeepAlive = 10;
            wanted.TcpKeepAlive = true;
            wanted.ApplicationName ??= Name;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Its message may hold a part of the text, and that the password.
            throw new FormatException("This is no connection to PostgreSQL. Write \"Host=...;Database=...;Username=...\", not an address with postgresql://, and the password into PGPASSFILE.");
        }

        // A network that swallows everything must not hold a worker for longer than its lease.
        wanted.Timeout = Math.Min(wanted.Timeout, 10);
        wanted.CommandTimeout = Math.Min(wanted.CommandTimeout, 10);
        wanted.CancellationTimeout = 1000;
        ConnectionString = wanted.ConnectionString;
        Address = $"{wanted.Host}:{wanted.Port}/{wanted.Database}";
        Source = NpgsqlDataSource.Create(wanted);
        try
        {
            CreateTablesOnce();
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            Source.Dispose();
            throw new IOException($"PostgreSQL at {Address} is of no use: {exception.Message}", exception);
        }
    }

    /// <summary>Where the server is, without user and password.</summary>
    public string Address { get; }

    /// <summary>The connection as it was given, with its secrets masked.</summary>
    public string Shown { get; }

    /// <summary>The connection, with the limits set here.</summary>
    internal string ConnectionString { get; }

    /// <summary>Where its connections, and Hangfire's, come from.</summary>
    internal NpgsqlDataSource Source { get; }

    /// <inheritdoc/>
    /// <remarks>By a lock of the server, which goes with the connection of whoever dies: listing millions of images takes minutes.</remarks>
    public override async Task<IDisposable?> HoldAsync(string output, CancellationToken cancellation)
    {
        // Not of the pool: the server gives its locks back when it is closed, not when somebody uses it next.
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            using NpgsqlCommand lockFolder = new("select pg_try_advisory_lock(hashtextextended(@output, 0))", connection);
            lockFolder.Parameters.AddWithValue("output", output);
            while (await lockFolder.ExecuteScalarAsync(cancellation) is not true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override string Identity => "bigint generated always as identity primary key";

    /// <inheritdoc/>
    protected override string Now => "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    /// <inheritdoc/>
    protected override DbConnection Open() => Source.OpenConnection();

    /// <inheritdoc/>
    protected override bool IsPassing(Exception exception) =>
        exception is PostgresException { SqlState: ['5', '7', 'P', ..] } or NpgsqlException { IsTransient: true } or TimeoutException or SocketException or IOException
        || exception is NpgsqlException { InnerException: IOException or SocketException or TimeoutException };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Source.Dispose();
        }
    }

    private static string Mask(NpgsqlConnectionStringBuilder given)
    {
        NpgsqlConnectionStringBuilder shown = new(given.ConnectionString);
        foreach (string secret in given.Keys.Where(key => key.Contains("password", StringComparison.OrdinalIgnoreCase)))
        {
            shown[secret] = Hidden;
        }

        return shown.ConnectionString;
    }

    /// <summary>Two who start at once must not both make the tables: "if not exists" is no lock.</summary>
    private void CreateTablesOnce()
    {
        using NpgsqlConnection connection = Source.OpenConnection();
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        using (NpgsqlCommand wait = new($"select pg_advisory_xact_lock({SchemaLock})", connection))
        {
            wait.ExecuteNonQuery();
        }

#pragma warning disable CA2100 // A text of our own.
        using (NpgsqlCommand create = new(Schema, connection))
#pragma warning restore CA2100
        {
            create.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
