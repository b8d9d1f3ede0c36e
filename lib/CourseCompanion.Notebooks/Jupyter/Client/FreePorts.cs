using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace CourseCompanion.Notebooks.Jupyter.Client;

/// <summary>Ports of the loopback address for a program that is about to listen on them.</summary>
internal static class FreePorts
{
    // Below those that systems give to connections as they please: between our look and the program's, one of these could be gone.
    private const int Lowest = 20_000, End = 32_000;

    /// <summary>Takes different ports at random, free at this moment.</summary>
    /// <param name="count">How many.</param>
    public static IReadOnlyList<int> Take(int count)
    {
        HashSet<int> ports = [];
        while (ports.Count < count)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, End);
            using TcpListener listener = new(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                ports.Add(port);
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }

        return [.. ports];
    }
}
