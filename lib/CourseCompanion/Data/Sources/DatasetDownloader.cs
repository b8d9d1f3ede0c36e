using System.Net;
using System.Net.Http.Headers;
using CourseCompanion.Files;

namespace CourseCompanion.Data.Sources;

/// <summary>How far a download has come.</summary>
/// <param name="File">The file's name.</param>
/// <param name="BytesReceived">How much of it is here, with what an earlier try had brought.</param>
/// <param name="TotalBytes">How much it is in all, or null when the server does not say.</param>
public sealed record DownloadProgress(string File, long BytesReceived, long? TotalBytes);

/// <summary>
/// Downloads a dataset's file: over HTTPS only (redirects included), into <c>NAME.part</c>, going on where an earlier try
/// stopped, tried again after transient failures, and given its name only when its checksum is the official one.
/// </summary>
internal sealed class DatasetDownloader(HttpMessageHandler? handler = null, Func<TimeSpan, CancellationToken, Task>? delay = null) : IDisposable
{
    private const int MaxAttempts = 4;
    private const int MaxRedirects = 10;

    /// <summary>More than any file of the catalog takes.</summary>
    private const long MaxBytes = 2L << 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Func<TimeSpan, CancellationToken, Task> _delay = delay ?? Task.Delay;
    private readonly HttpClient _client = new(
        handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) },
        disposeHandler: handler is null)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("CourseCompanion", "0.1") } },
    };

    /// <summary>Downloads a file into a folder.</summary>
    /// <param name="file">The file; it must have a URL and a checksum.</param>
    /// <param name="folder">The folder; it is made when missing.</param>
    /// <param name="progress">Receives the progress of the download.</param>
    /// <param name="cancellation">Stops it; what arrived is kept for the next try.</param>
    /// <returns>The path of the complete file.</returns>
    /// <exception cref="DownloadException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<string> DownloadAsync(DatasetFile file, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (file.Url is null || file.Md5 is null)
        {
            throw new DownloadException(DownloadFailure.Refused, $"{file.Name} has no official download. Put the file into a folder and name it with --data or COURSE_DATA.");
        }

        string target = Path.Combine(folder, file.Name);
        string part = target + ".part";
        try
        {
            Directory.CreateDirectory(folder);
            await using (FileStream stream = new(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            {
                await FetchVerifiedAsync(file, stream, progress, cancellation).ConfigureAwait(false);
            }

            File.Move(part, target, overwrite: true);
            return target;
        }
        catch (Exception exception) when (exception is DownloadException { Failure: DownloadFailure.WrongContent }
            || (exception is DownloadException or OperationCanceledException && IsEmpty(part)))
        {
            File.Delete(part);
            throw;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DiscardUnlessInUse(part);
            throw new DownloadException(
                DownloadFailure.Storage,
                $"{file.Name} cannot be stored in {folder}: {exception.Message.TrimEnd('.')}. Free some space, or name another folder with COURSE_CACHE.",
                exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task FetchVerifiedAsync(DatasetFile file, FileStream stream, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        bool resumed = stream.Length > 0;
        while (true)
        {
            await FetchWithRetriesAsync(file, stream, progress, cancellation).ConfigureAwait(false);
            stream.Position = 0;
            string md5 = await Md5.OfStreamAsync(stream, cancellation).ConfigureAwait(false);
            if (md5 == file.Md5)
            {
                return;
            }

            if (!resumed)
            {
                throw new DownloadException(
                    DownloadFailure.WrongContent,
                    $"What arrived from {file.Url} is not {file.Name}: its md5 is {md5}, expected {file.Md5}. It was discarded. Try again; if it happens again, download the file by hand and name its folder with --data.");
            }

            // The beginning from an earlier try may be what is wrong: once more, from the start.
            resumed = false;
            stream.SetLength(0);
        }
    }

    private async Task FetchWithRetriesAsync(DatasetFile file, FileStream stream, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await FetchAsync(file, stream, progress, cancellation).ConfigureAwait(false);
                return;
            }
            catch (TransientException exception)
            {
                if (attempt == MaxAttempts || exception.IsHopeless)
                {
                    throw new DownloadException(
                        DownloadFailure.Unreachable,
                        $"{file.Url} cannot be reached: {exception.Message.TrimEnd('.')}. Check the connection and try again (it goes on where it stopped), or download the file by hand and name its folder with --data.",
                        exception);
                }

                await _delay(TimeSpan.FromSeconds(1 << (attempt - 1)), cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task FetchAsync(DatasetFile file, FileStream stream, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await RequestAsync(file.Url!, stream.Length, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            stream.SetLength(0);
            throw new TransientException("the server cannot go on where the last try stopped");
        }

        if (!response.IsSuccessStatusCode)
        {
            string answer = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}";
            throw (int)response.StatusCode is 408 or 429 or >= 500
                ? new TransientException(answer)
                : new DownloadException(DownloadFailure.Refused, $"{file.Url} cannot be downloaded: {answer}. Download the file by hand and name its folder with --data.");
        }

        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != stream.Length)
        {
            stream.SetLength(0);
        }

        stream.Position = stream.Length;
        long? total = stream.Length + response.Content.Headers.ContentLength;
        await CopyAsync(file, response.Content, stream, total, progress, cancellation).ConfigureAwait(false);
        if (stream.Length < total)
        {
            throw new TransientException($"the connection broke after {stream.Length} of {total} bytes");
        }
    }

    /// <summary>Asks for the file from a byte on, and follows redirects as long as they are encrypted.</summary>
    private async Task<HttpResponseMessage> RequestAsync(Uri url, long from, CancellationToken cancellation)
    {
        for (int redirect = 0; redirect <= MaxRedirects; redirect++)
        {
            if (url.Scheme != Uri.UriSchemeHttps)
            {
                throw new DownloadException(DownloadFailure.Insecure, $"The download leads to {url}, which is not encrypted. It was refused; download the file by hand from a source you trust and name its folder with --data.");
            }

            using HttpRequestMessage request = new(HttpMethod.Get, url);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }

            HttpResponseMessage response = await PatientlyAsync(
                token => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            url = new Uri(url, location);
        }

        throw new DownloadException(DownloadFailure.Refused, $"The download was redirected more than {MaxRedirects} times. Download the file by hand and name its folder with --data.");
    }

    private static async Task CopyAsync(DatasetFile file, HttpContent content, FileStream stream, long? total, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        Stream source = await PatientlyAsync(content.ReadAsStreamAsync, cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            byte[] buffer = new byte[1 << 17];
            while (true)
            {
                int read = await PatientlyAsync(token => source.ReadAsync(buffer, token).AsTask(), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return;
                }

                if (stream.Length + read > (total ?? MaxBytes) || stream.Length + read > MaxBytes)
                {
                    throw new DownloadException(DownloadFailure.WrongContent, $"{file.Url} sends more than it announced or than any dataset takes. It was discarded; download the file by hand and name its folder with --data.");
                }

                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                progress?.Report(new DownloadProgress(file.Name, stream.Length, total));
            }
        }
    }

    /// <summary>Waits for the network, but not for ever, and tells its failures from those of the disk.</summary>
    private static async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> networkCall, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await networkCall(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"nothing arrived for {Patience.TotalSeconds:0} seconds", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new TransientException(exception.Message, exception) { IsHopeless = exception.HttpRequestError == HttpRequestError.NameResolutionError };
        }
        catch (IOException exception)
        {
            throw new TransientException(exception.Message, exception);
        }
    }

    private static bool IsEmpty(string path) => new FileInfo(path) is { Exists: true, Length: 0 };

    /// <summary>Another process may hold the file because it is downloading it: then it is not ours to delete.</summary>
    private static void DiscardUnlessInUse(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is not there, or not ours.
        }
    }

    /// <summary>A failure of the network that may pass.</summary>
    private sealed class TransientException(string message, Exception? innerException = null) : Exception(message, innerException)
    {
        public bool IsHopeless { get; init; }
    }
}
