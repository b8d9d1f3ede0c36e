using System.Globalization;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public class Device
    {
        /// <param name="description">A device descriptor, 'device[:index]'.</param>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var parts = description.Split(':');
            type = Parse(parts[0]);
            if (parts.Length > 1)
            {
                index = int.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }

        public Device(string deviceType, int index = -1)
        {
            ArgumentNullException.ThrowIfNull(deviceType);
            type = Parse(deviceType);
            this.index = index;
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public Device(int index)
        {
            type = DeviceType.CUDA;
            this.index = index;
        }

        public DeviceType type { get; }

        public int index { get; } = -1;

        public static implicit operator Device(string description) => new(description);

        public override string ToString()
        {
            var name = type.ToString().ToLowerInvariant();
            return type == DeviceType.CPU || index == -1 ? name : $"{name}:{index.ToString(CultureInfo.InvariantCulture)}";
        }

        public override bool Equals(object? obj) => obj is Device other && other.type == type && other.index == index;

        public override int GetHashCode() => HashCode.Combine(type, index);

        private static DeviceType Parse(string name) =>
            Enum.TryParse<DeviceType>(name, ignoreCase: true, out var parsed) && !char.IsAsciiDigit(name[0])
                ? parsed
                : throw new ArgumentException($"'{name}' is not a device; use 'cpu', 'cuda' or 'cuda:1', for instance.");
    }

    public static readonly Device CPU = new(DeviceType.CPU);

    public static Device CUDA => InitializeDevice(new Device(DeviceType.CUDA));

    public static readonly Device META = new(DeviceType.META);

    private static Device _defaultDevice = CPU;

    public static Device device(string description) => InitializeDevice(new Device(description));

    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    public static Device device(int index) => new(DeviceType.CUDA, index);

    public static Device get_default_device() => _defaultDevice;

    public static void set_default_device(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _defaultDevice = InitializeDevice(device);
    }

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.CUDA && !cuda.is_available())
        {
            throw new InvalidOperationException("CUDA non available in the current machine.");
        }
    }

    public static Device InitializeDevice(Device? device)
    {
        if (device is null)
        {
            return _defaultDevice;
        }
        if (device.type != DeviceType.CPU)
        {
            InitializeDeviceType(device.type);
        }
        return device;
    }

    public static bool cuda_is_available() => cuda.is_available();

    public static class cuda
    {
        private static readonly Lazy<int> Count = new(NativeMethods.tsp_cuda_device_count);

        public static bool is_available() => Count.Value > 0;

        public static bool is_cudnn_available() => NativeMethods.tsp_cudnn_available() != 0;

        public static int device_count() => Count.Value;

        /// <summary>Waits for everything queued on the device; the current one when none is named.</summary>
        public static void synchronize(Device? device = null)
        {
            InitializeDeviceType(DeviceType.CUDA);
            NativeError.Check(NativeMethods.tsp_cuda_synchronize(device?.index ?? -1));
        }

        /// <summary>Seeds the default generators of every device.</summary>
        public static void manual_seed(long seed)
        {
            InitializeDeviceType(DeviceType.CUDA);
            torch.manual_seed(seed).Dispose();
        }
    }
}
