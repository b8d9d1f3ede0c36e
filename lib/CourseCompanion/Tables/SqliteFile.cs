using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.Data.Sqlite;

namespace CourseCompanion.Tables;

/// <summary>One SQLite file: statements with named parameters, and questions that cannot change anything and are answered as data frames.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly string _path;
    private readonly SqliteConnection _connection;

    /// <summary>Opens a file; makes it if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">Statements that make its tables where they are absent.</param>
    /// <exception cref="SqliteException">The file is no database, or cannot be written.</exception>
    public SqliteFile(string path, string schema)
    {
        _path = path;
        _connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Execute(schema);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins a transaction, which the statements until its end belong to.</summary>
    public SqliteTransaction Begin() => _connection.BeginTransaction();

    /// <summary>Runs statements.</summary>
    /// <param name="sql">The statements.</param>
    /// <param name="parameters">Values for <c>$name</c> in them.</param>
    public void Execute(string sql, params IReadOnlyList<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(_connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    /// <summary>The rows that answer a question; null values are <see cref="DBNull"/>.</summary>
    /// <inheritdoc cref="Execute"/>
    public List<object[]> Read(string sql, params IReadOnlyList<(string Name, object Value)> parameters) => Read(_connection, sql, parameters).Rows;

    /// <summary>The answer to somebody's question, asked over a connection that can only read.</summary>
    /// <param name="sql">The question.</param>
    /// <param name="parameters">Values for <c>$name</c> in it.</param>
    /// <param name="views">Statements that make temporary views for it; none if empty.</param>
    /// <returns>One row per result; a column of whole numbers, of numbers, or of texts.</returns>
    /// <exception cref="SqliteException">The statement is wrong, or would write.</exception>
    public DataFrame Query(string sql, IReadOnlyList<(string Name, object Value)> parameters, string views = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(parameters);
        using SqliteConnection reading = Connect(_path, SqliteOpenMode.ReadOnly);
        if (views.Length > 0)
        {
            using SqliteCommand command = Command(reading, views, []);
            command.ExecuteNonQuery();
        }

        (string[] names, List<object[]> rows) = Read(reading, sql, parameters);
        return new DataFrame(names.Select((name, column) => Column(name, [.. rows.Select(row => row[column] is DBNull ? null : row[column])])));
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        // Without a pool the file is free as soon as it is closed.
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, ForeignKeys = true }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, IReadOnlyList<(string Name, object Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static (string[] Names, List<object[]> Rows) Read(SqliteConnection connection, string sql, IReadOnlyList<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(connection, sql, parameters);
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return ([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)], rows);
    }

    private static DataFrameColumn Column(string name, object?[] values) =>
        Array.TrueForAll(values, value => value is null or long) && Array.Exists(values, value => value is long)
            ? new Int64DataFrameColumn(name, values.Select(value => (long?)value))
        : Array.TrueForAll(values, value => value is null or long or double) && Array.Exists(values, value => value is double)
            ? new DoubleDataFrameColumn(name, values.Select(value => value is null ? (double?)null : Convert.ToDouble(value, CultureInfo.InvariantCulture)))
        : new StringDataFrameColumn(name, values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
}
