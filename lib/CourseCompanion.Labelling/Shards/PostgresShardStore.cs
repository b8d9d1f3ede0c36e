using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace CourseCompanion.Labelling.Shards;

/// <summary>Jobs and shards in PostgreSQL: for as many machines as one likes.</summary>
public sealed class PostgresShardStore : ShardStore
{
    private const int SchemaLock = 0x6C61_6265;   // any number, as long as everybody takes the same

    private readonly NpgsqlDataSource _source;

    /// <summary>Connects, and makes the tables where they are not.</summary>
    /// <param name="connection">As Npgsql reads it: <c>Host=...;Database=...;Username=...</c>. A password is better kept in <c>PGPASSFILE</c>.</param>
    /// <exception cref="IOException">The server cannot be reached, or does not let us in.</exception>
    public PostgresShardStore(string connection)
    {
        NpgsqlConnectionStringBuilder wanted;
        try
        {
            wanted = new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 5, KeepAlive = 10, TcpKeepAlive = true };
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
        _source = NpgsqlDataSource.Create(wanted);
        try
        {
            CreateTablesOnce();
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            _source.Dispose();
            throw new IOException($"PostgreSQL at {Address} is of no use: {exception.Message}", exception);
        }
    }

    /// <summary>Where the server is, without user and password.</summary>
    public string Address { get; }

    /// <summary>The connection, with the limits set here.</summary>
    internal string ConnectionString { get; }

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
    protected override DbConnection Open() => _source.OpenConnection();

    /// <inheritdoc/>
    protected override bool IsPassing(Exception exception) =>
        exception is PostgresException { SqlState: ['5', '7', 'P', ..] } or NpgsqlException { IsTransient: true } or TimeoutException or SocketException or IOException
        || exception is NpgsqlException { InnerException: IOException or SocketException or TimeoutException };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
        }
    }

    /// <summary>Two who start at once must not both make the tables: "if not exists" is no lock.</summary>
    private void CreateTablesOnce()
    {
        using NpgsqlConnection connection = _source.OpenConnection();
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
