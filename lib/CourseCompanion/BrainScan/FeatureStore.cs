using System.Text.Json;
using CourseCompanion.Data.Images;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Tables;
using CourseCompanion.Work;
using Microsoft.Data.Analysis;
using Microsoft.Data.Sqlite;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>
/// Features that have been computed once, and what is known of every file: a manifest in SQLite, which a notebook asks with SQL, and the
/// vectors in safetensors files beside it.
/// </summary>
/// <remarks>
/// <para>A vector is found by what it depends on and by nothing else: the checksum of the file, the encoder with the checksum of its
/// weights, the preprocessing. Each file of vectors says all of it once more in its header, and is believed rather than the manifest; what
/// is missing, damaged or in disagreement is computed again.</para>
/// <para>Vectors are written whole or not at all, some hundred at a time, and only then entered: work that was stopped goes on where it was.</para>
/// </remarks>
public sealed class FeatureStore : IDisposable
{
    // Changes with the tables and with what is measured: an older manifest is then left alone.
    private const int Version = 2;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS measures (
            sha256 TEXT PRIMARY KEY, width INTEGER NOT NULL, height INTEGER NOT NULL, mean REAL NOT NULL, deviation REAL NOT NULL,
            brightest REAL NOT NULL, border REAL NOT NULL, foreground REAL NOT NULL, hash TEXT NOT NULL, mirrored TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS vectors (
            sha256 TEXT NOT NULL, encoder TEXT NOT NULL, preprocessing TEXT NOT NULL, dimensions INTEGER NOT NULL, file TEXT NOT NULL, row INTEGER NOT NULL,
            PRIMARY KEY (sha256, encoder, preprocessing)) STRICT;
        CREATE TABLE IF NOT EXISTS files (
            dataset TEXT NOT NULL, path TEXT NOT NULL, label INTEGER NOT NULL, class TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
            status TEXT NOT NULL, fault TEXT NOT NULL, detail TEXT NOT NULL, original TEXT, family INTEGER,
            PRIMARY KEY (dataset, path)) STRICT;
        """;

    private readonly SqliteFile _manifest;

    // What makes the view `scans` of the set that was entered last.
    private string _views = "";

    /// <summary>Opens a store, or makes one.</summary>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="SqliteException">The manifest cannot be used.</exception>
    public FeatureStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Directory.CreateDirectory(folder).FullName;
        ManifestPath = Path.Combine(Folder, $"manifest-{Version}.sqlite");
        try
        {
            _manifest = new SqliteFile(ManifestPath, Schema);
        }
        catch (SqliteException damage) when (damage.SqliteErrorCode is 11 or 26)
        {
            // No database any more. Everything in it can be computed again; the damaged file stays for whoever wants to look.
            File.Move(ManifestPath, $"{ManifestPath}.damaged", overwrite: true);
            _manifest = new SqliteFile(ManifestPath, Schema);
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Images decoded at a time, while the network works on those before.</summary>
    internal int BatchSize { get; init; } = ScanEncoder.BatchSize;

    /// <summary>Vectors per file: what is lost at most when the machine stops.</summary>
    internal int ShardSize { get; init; } = 128;

    /// <summary>The manifest's file.</summary>
    public string ManifestPath { get; }

    /// <summary>The store in the course's cache.</summary>
    /// <param name="options">Which cache; null takes it from the environment.</param>
    public static FeatureStore InCache(DataOptions? options = null) => new(Path.Combine((options ?? new DataOptions()).EffectiveCacheDirectory, "brainscan"));

    /// <summary>Asks the manifest: <c>store.Query("SELECT class, COUNT(*) AS n FROM scans GROUP BY class")</c>.</summary>
    /// <remarks>
    /// Tables: <c>scans</c> (the set that was entered last: path, label, class, bytes, sha256, status, fault, detail, original, family, width,
    /// height, mean, deviation, brightest, border, foreground, hash) and <c>vectors</c> (sha256, encoder, preprocessing, dimensions, file, row).
    /// </remarks>
    /// <param name="sql">A SELECT; anything that would write is refused.</param>
    /// <param name="parameters">Values for <c>$name</c> in it.</param>
    /// <returns>One row per result; a column of whole numbers, of numbers, or of texts.</returns>
    /// <exception cref="SqliteException">The statement is wrong, or would write.</exception>
    public DataFrame Query(string sql, params IReadOnlyList<(string Name, object Value)> parameters) => _manifest.Query(sql, parameters, _views);

    /// <summary>Enters what quality control says of every file of a set; <c>scans</c> is that set from now on.</summary>
    /// <param name="report">The report.</param>
    /// <param name="families">The family of each usable scan, or null when families are not known yet.</param>
    public void Enter(QualityReport report, IReadOnlyList<long>? families = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        var dataset = report.Folder.Provenance.Md5;
        Dictionary<string, long> familyOf = families is null ? [] : report.Usable.Zip(families).ToDictionary(entry => entry.First.File.Path, entry => entry.Second);
        using (var transaction = _manifest.Begin())
        {
            _manifest.Execute("DELETE FROM files WHERE dataset = $dataset", ("$dataset", dataset));
            foreach (var scan in report.Scans)
            {
                _manifest.Execute(
                    "INSERT INTO files VALUES ($dataset, $path, $label, $class, $bytes, $sha256, $status, $fault, $detail, $original, $family)",
                    ("$dataset", dataset), ("$path", scan.File.Path), ("$label", scan.File.Label),
                    ("$class", scan.File.Label == ScanClass.Unlabelled ? "unlabelled" : ScanClass.Names[scan.File.Label]),
                    ("$bytes", scan.File.Bytes), ("$sha256", scan.File.Sha256),
                    ("$status", scan.Fault == ScanFault.None ? "usable" : "quarantined"), ("$fault", scan.Fault.ToString()), ("$detail", scan.Detail),
                    ("$original", scan.Original ?? (object)DBNull.Value), ("$family", familyOf.TryGetValue(scan.File.Path, out var family) ? family : DBNull.Value));
                if (scan.Measures is { } m)
                {
                    _manifest.Execute(
                        "INSERT OR IGNORE INTO measures VALUES ($sha256, $width, $height, $mean, $deviation, $brightest, $border, $foreground, $hash, $mirrored)",
                        ("$sha256", scan.File.Sha256), ("$width", m.Width), ("$height", m.Height), ("$mean", m.Mean), ("$deviation", m.Deviation),
                        ("$brightest", m.Brightest), ("$border", m.Border), ("$foreground", m.Foreground), ("$hash", m.Hash.ToString()), ("$mirrored", m.Mirrored.ToString()));
                }
            }

            transaction.Commit();
        }

        _views = $"""
            CREATE TEMP VIEW scans AS
            SELECT path, label, class, bytes, files.sha256, status, fault, detail, original, family, width, height, mean, deviation, brightest, border, foreground, hash
            FROM files LEFT JOIN measures ON measures.sha256 = files.sha256 WHERE dataset = '{dataset}'
            """;
    }

    /// <summary>What earlier examinations measured, by checksum.</summary>
    internal IReadOnlyDictionary<string, FileExamination> Measured()
    {
        Dictionary<string, FileExamination> measured = [];
        foreach (var row in _manifest.Read("SELECT * FROM measures"))
        {
            measured[(string)row[0]] = new FileExamination(
                new ScanMeasures(
                    (int)(long)row[1], (int)(long)row[2], (double)row[3], (double)row[4], (double)row[5], (double)row[6], (double)row[7],
                    PerceptualHash.Parse((string)row[8]), PerceptualHash.Parse((string)row[9])),
                false,
                "");
        }

        return measured;
    }

    /// <summary>Features of files: those that are known are read, the others computed and kept.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="folder">The set.</param>
    /// <param name="files">N readable files of it.</param>
    /// <param name="cancellation">Stops the work; what has been computed is kept. So does the notebook's stop button.</param>
    /// <returns>float32 [N, D] on the CPU, in the order of <paramref name="files"/>.</returns>
    /// <exception cref="DataFormatException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public Tensor Features(ScanEncoder encoder, ScanFolder folder, IReadOnlyList<ScanFile> files, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(files);
        using var scope = NewDisposeScope();
        var known = Read(encoder);
        ScanFile[] missing = [.. files.DistinctBy(file => file.Sha256).Where(file => !known.ContainsKey(file.Sha256))];
        if (missing.Length > 0)
        {
            Compute(encoder, folder, missing, cancellation);
            known = Read(encoder);
        }

        return stack([.. files.Select(file => known[file.Sha256])]).MoveToOuterDisposeScope();
    }

    /// <summary>How many vectors of an encoder are kept.</summary>
    /// <param name="encoder">The encoder.</param>
    public int Count(ScanEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var scope = NewDisposeScope();
        return Read(encoder).Count;
    }

    /// <inheritdoc/>
    public void Dispose() => _manifest.Dispose();

    /// <summary>Vectors [D] by the checksum of their file, in the current scope.</summary>
    private Dictionary<string, Tensor> Read(ScanEncoder encoder)
    {
        var entries = _manifest.Read(
            "SELECT sha256, file, row FROM vectors WHERE encoder = $encoder AND preprocessing = $preprocessing",
            ("$encoder", encoder.Key), ("$preprocessing", encoder.Preprocessing))
            .Select(row => (Sha256: (string)row[0], File: (string)row[1], Row: (int)(long)row[2]));
        Dictionary<string, Tensor> vectors = [];
        foreach (var shard in entries.GroupBy(entry => entry.File))
        {
            if (ReadShard(encoder, shard.Key) is not var (features, checksums))
            {
                continue;
            }

            foreach (var (sha256, _, row) in shard)
            {
                if (row >= 0 && row < checksums.Length && checksums[row] == sha256)
                {
                    vectors[sha256] = features[row];
                }
            }
        }

        return vectors;
    }

    /// <summary>A file of vectors [n, D] with the checksum that belongs to each row; null when it is not what the encoder would have written.</summary>
    private (Tensor Features, string[] Checksums)? ReadShard(ScanEncoder encoder, string name)
    {
        try
        {
            var file = Safetensors.Load(Path.Combine(Folder, name));
            var checksums = JsonSerializer.Deserialize<string[]>(file.Metadata["sha256"])!;
            var features = file.Tensors["features"];
            return file.Metadata["encoder"] == encoder.Key && file.Metadata["preprocessing"] == encoder.Preprocessing
                && features.dtype == ScalarType.Float32 && features.shape.SequenceEqual([checksums.Length, encoder.FeatureCount])
                ? (features.MoveToOuterDisposeScope(), checksums)
                : null;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or KeyNotFoundException or JsonException)
        {
            return null;
        }
    }

    private void Compute(ScanEncoder encoder, ScanFolder folder, ScanFile[] files, CancellationToken cancellation)
    {
        using var progress = WorkContext.Progress.Start("Extraction des caractéristiques", files.Length);
        var batches = files.Chunk(BatchSize).ToArray();
        List<Tensor> computed = [];
        List<ScanFile> waiting = [];

        // The next batch is decoded while the network works on this one.
        var next = Decode(0);
        try
        {
            for (var i = 0; i < batches.Length; i++)
            {
                WorkContext.ThrowIfCancelled(cancellation);
                using Tensor images = next.GetAwaiter().GetResult();                         // [B, 1, S, S]
                next = i + 1 < batches.Length ? Decode(i + 1) : Task.FromResult(empty(0));
                computed.Add(encoder.Embed(images));                                         // [B, D]
                waiting.AddRange(batches[i]);
                if (waiting.Count >= ShardSize)
                {
                    KeepWaiting();
                }

                progress.Report(Math.Min(files.Length, (i + 1) * BatchSize));
            }
        }
        finally
        {
            // A decoder that is still at work must not outlive this call, and what has been computed is kept.
            Task.WhenAny(next).GetAwaiter().GetResult();
            if (next.IsCompletedSuccessfully)
            {
                next.Result.Dispose();
            }

            if (waiting.Count > 0)
            {
                KeepWaiting();
            }
        }

        void KeepWaiting()
        {
            // Whatever comes of it, it is not tried again.
            (Tensor[] parts, ScanFile[] described) = ([.. computed], [.. waiting]);
            computed.Clear();
            waiting.Clear();
            Keep(encoder, parts, described);
            Array.ForEach(parts, part => part.Dispose());
        }

        Task<Tensor> Decode(int batch) => Task.Run(
            () => ImageFile.Load([.. batches[batch].Select(folder.PathOf)], channels: 1, (encoder.Size, encoder.Size), cancellation).DetachFromDisposeScope());
    }

    private void Keep(ScanEncoder encoder, Tensor[] parts, ScanFile[] files)
    {
        using Tensor features = cat(parts);                                                  // [n, D]
        var name = $"vectors/{encoder.Name}-{Guid.NewGuid():N}.safetensors";
        Safetensors.Save(
            Path.Combine(Folder, name),
            new Dictionary<string, Tensor> { ["features"] = features },
            new Dictionary<string, string>
            {
                ["encoder"] = encoder.Key,
                ["preprocessing"] = encoder.Preprocessing,
                ["sha256"] = JsonSerializer.Serialize(files.Select(file => file.Sha256)),
            });
        using var transaction = _manifest.Begin();
        for (var row = 0; row < files.Length; row++)
        {
            _manifest.Execute(
                "INSERT OR REPLACE INTO vectors VALUES ($sha256, $encoder, $preprocessing, $dimensions, $file, $row)",
                ("$sha256", files[row].Sha256), ("$encoder", encoder.Key), ("$preprocessing", encoder.Preprocessing),
                ("$dimensions", encoder.FeatureCount), ("$file", name), ("$row", row));
        }

        transaction.Commit();
    }
}
