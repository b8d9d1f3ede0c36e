using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CourseCompanion.Files;
using Parquet;
using Parquet.Schema;

namespace CourseCompanion.Labelling.Shards;

/// <summary>What a row says besides the image's answer.</summary>
/// <param name="Model">SHA-256 of the model's file.</param>
/// <param name="LabelledUtc">When.</param>
/// <param name="Worker">By which worker.</param>
public sealed record LabelStamp(string Model, DateTime LabelledUtc, string Worker);

/// <summary>
/// Labels as Parquet, which pandas, DuckDB and Spark read: one row per image with <c>id</c>, <c>sha256</c>, <c>label</c> (null: abstained),
/// <c>confidence</c>, <c>p_</c> and the name of each class, <c>error</c>, <c>model</c>, <c>labelled</c> (UTC), <c>worker</c>, and in files of shards
/// <c>embedding</c>, if asked for: D float32 as bytes, the least significant first.
/// </summary>
public static class LabelFile
{
    /// <summary>Rows that are held at once when results are brought together: about a kilobyte each.</summary>
    private const int RowsPerGroup = 10_000;

    private static readonly DataField<string>
        Id = new("id"), Sha256 = new("sha256"), Label = new("label"), Error = new("error"), Model = new("model"), Worker = new("worker");

    private static readonly DataField<float?> Confidence = new("confidence");
    private static readonly DataField<DateTime> Labelled = new("labelled");
    private static readonly DataField<byte[]> Embedding = new("embedding");

    /// <summary>Writes the labels of a shard; whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The labels.</param>
    /// <param name="stamp">By which model, when, by which worker.</param>
    /// <param name="classNames">Names of the K classes.</param>
    /// <param name="withEmbeddings">Whether embeddings are kept.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="IOException">The disk is full or read-only; nothing is left half-written.</exception>
    public static async Task WriteAsync(
        string path, IReadOnlyList<LabelledImage> rows, LabelStamp stamp, IReadOnlyList<string> classNames, bool withEmbeddings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using AtomicFile file = new(path);
        await using (Writer writer = await Writer.StartAsync(file.Stream, classNames, withEmbeddings, cancellation))
        {
            await writer.WriteAsync([.. rows.Select(row => (row, stamp))]);
        }

        file.Commit();
    }

    /// <summary>Brings the labels of all shards together in one file, in the order of the images, without their embeddings.</summary>
    /// <param name="path">The file; written whole or not at all.</param>
    /// <param name="shards">The files of the shards, in order.</param>
    /// <param name="classNames">Names of the K classes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Rows written.</returns>
    public static async Task<long> MergeAsync(string path, IEnumerable<string> shards, IReadOnlyList<string> classNames, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shards);
        using AtomicFile file = new(path);
        long count = 0;
        await using (Writer writer = await Writer.StartAsync(file.Stream, classNames, withEmbeddings: false, cancellation))
        {
            List<(LabelledImage, LabelStamp)> waiting = [];
            foreach (string shard in shards)
            {
                cancellation.ThrowIfCancellationRequested();
                await foreach (IReadOnlyList<(LabelledImage, LabelStamp)> part in ReadPartsAsync(shard, withEmbeddings: false, cancellation))
                {
                    waiting.AddRange(part);
                }

                if (waiting.Count >= RowsPerGroup)
                {
                    await FlushAsync();
                }
            }

            await FlushAsync();
            async Task FlushAsync()
            {
                count += waiting.Count;
                await writer.WriteAsync(waiting);
                waiting.Clear();
            }
        }

        file.Commit();
        return count;
    }

    /// <summary>Reads a file of labels.</summary>
    /// <param name="path">A file that <see cref="WriteAsync"/> or <see cref="MergeAsync"/> wrote.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static async Task<IReadOnlyList<(LabelledImage Row, LabelStamp Stamp)>> ReadAsync(string path, CancellationToken cancellation = default)
    {
        List<(LabelledImage, LabelStamp)> rows = [];
        await foreach (IReadOnlyList<(LabelledImage, LabelStamp)> part in ReadPartsAsync(path, withEmbeddings: true, cancellation))
        {
            rows.AddRange(part);
        }

        return rows;
    }

    /// <summary>Reads a file of labels part by part: millions of rows need not be held at once.</summary>
    /// <param name="path">A file that <see cref="WriteAsync"/> or <see cref="MergeAsync"/> wrote.</param>
    /// <param name="withEmbeddings">Whether embeddings are read, where there are any.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static async IAsyncEnumerable<IReadOnlyList<(LabelledImage Row, LabelStamp Stamp)>> ReadPartsAsync(
        string path, bool withEmbeddings, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using ParquetReader reader = await ReadableAsync(path, () => ParquetReader.CreateAsync(path, cancellationToken: cancellation));
        DataField<float?>[] classes = [.. reader.Schema.DataFields.Where(field => field.Name.StartsWith("p_", StringComparison.Ordinal)).Select(field => new DataField<float?>(field.Name))];
        bool hasEmbeddings = withEmbeddings && reader.Schema.DataFields.Any(field => field.Name == Embedding.Name);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader part = reader.OpenRowGroupReader(group);
            yield return await ReadableAsync(path, () => RowsAsync(part, reader.Schema, classes, hasEmbeddings, cancellation));
        }
    }

    private static async Task<T> ReadableAsync<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException or UnauthorizedAccessException))
        {
            throw new InvalidDataException($"'{path}' is no file of labels that can be read: {exception.Message}", exception);
        }
    }

    private static async Task<IReadOnlyList<(LabelledImage, LabelStamp)>> RowsAsync(
        ParquetRowGroupReader part, ParquetSchema schema, DataField<float?>[] classes, bool hasEmbeddings, CancellationToken cancellation)
    {
        int count = checked((int)part.RowCount);
        string?[] ids = await TextsAsync(Id), checksums = await TextsAsync(Sha256), labels = await TextsAsync(Label), errors = await TextsAsync(Error);
        string?[] models = await TextsAsync(Model), workers = await TextsAsync(Worker);
        float?[] confidences = await NumbersAsync(Confidence);
        List<float?[]> probabilities = [];
        foreach (DataField<float?> one in classes)
        {
            probabilities.Add(await NumbersAsync(one));
        }

        var times = new DateTime[count];
        await part.ReadAsync<DateTime>(schema.FindDataField(Labelled.Name), times.AsMemory(), cancellationToken: cancellation);
        var embeddings = new byte[]?[count];
        if (hasEmbeddings)
        {
            await part.ReadAsync(schema.FindDataField(Embedding.Name), embeddings.AsMemory()!, cancellationToken: cancellation);
        }

        return [.. Enumerable.Range(0, count).Select(i => (
            new LabelledImage
            {
                Id = ids[i]!,
                Sha256 = checksums[i],
                Label = labels[i],
                Confidence = confidences[i],
                Probabilities = confidences[i] is null ? [] : [.. probabilities.Select(column => column[i] ?? float.NaN)],
                Embedding = embeddings[i] is { } bytes ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : null,
                Error = errors[i],
            },
            new LabelStamp(models[i]!, times[i], workers[i]!)))];

        async Task<string?[]> TextsAsync(DataField field)
        {
            var values = new string?[count];
            await part.ReadAsync(schema.FindDataField(field.Name), values.AsMemory()!, cancellationToken: cancellation);
            return values;
        }

        async Task<float?[]> NumbersAsync(DataField field)
        {
            var values = new float?[count];
            await part.ReadAsync<float>(schema.FindDataField(field.Name), values.AsMemory(), cancellationToken: cancellation);
            return values;
        }
    }

    private sealed class Writer : IAsyncDisposable
    {
        private readonly ParquetWriter _writer;
        private readonly DataField<float?>[] _classes;
        private readonly bool _withEmbeddings;

        private Writer(ParquetWriter writer, DataField<float?>[] classes, bool withEmbeddings) =>
            (_writer, _classes, _withEmbeddings) = (writer, classes, withEmbeddings);

        public static async Task<Writer> StartAsync(Stream stream, IReadOnlyList<string> classNames, bool withEmbeddings, CancellationToken cancellation)
        {
            DataField<float?>[] classes = [.. classNames.Select(name => new DataField<float?>($"p_{name}"))];
            ParquetSchema schema = new((Field[])[Id, Sha256, Label, Confidence, .. classes, Error, Model, Labelled, Worker, .. withEmbeddings ? [Embedding] : Array.Empty<Field>()]);
            return new Writer(await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellation), classes, withEmbeddings);
        }

        public async Task WriteAsync(List<(LabelledImage Row, LabelStamp Stamp)> rows)
        {
            if (rows.Count == 0)
            {
                return;
            }

            using ParquetRowGroupWriter group = _writer.CreateRowGroup();
            await Texts(Id, row => row.Row.Id);
            await Texts(Sha256, row => row.Row.Sha256);
            await Texts(Label, row => row.Row.Label);
            await Numbers(Confidence, row => row.Confidence);
            for (int label = 0; label < _classes.Length; label++)
            {
                int own = label;
                await Numbers(_classes[label], row => row.Confidence is null ? null : row.Probabilities[own]);
            }

            await Texts(Error, row => row.Row.Error);
            await Texts(Model, row => row.Stamp.Model);
            await group.WriteAsync<DateTime>(Labelled, rows.Select(row => row.Stamp.LabelledUtc).ToArray());
            await Texts(Worker, row => row.Stamp.Worker);
            if (_withEmbeddings)
            {
                await group.WriteAsync(Embedding, [.. rows.Select(row => row.Row.Embedding is { } values ? MemoryMarshal.AsBytes(values.AsSpan()).ToArray() : null!)]);
            }

            group.CompleteValidate();

            Task Texts(DataField field, Func<(LabelledImage Row, LabelStamp Stamp), string?> value) => group.WriteAsync(field, [.. rows.Select(row => value(row)!)]);
            Task Numbers(DataField field, Func<LabelledImage, float?> value) => group.WriteAsync<float>(field, rows.Select(row => value(row.Row)).ToArray());
        }

        public ValueTask DisposeAsync() => _writer.DisposeAsync();
    }
}
