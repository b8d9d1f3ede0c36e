using System.Collections.Concurrent;
using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// Base of every layer and model. Fields that hold modules, parameters or tensors become sub-modules, parameters
        /// and buffers when the derived class calls <see cref="RegisterComponents"/> at the end of its constructor.
        /// </summary>
        public class Module : IDisposable
        {
            private static readonly ConcurrentDictionary<Type, FieldInfo[]> ComponentFields = new();

            private readonly OrderedDictionary<string, Module> _submodules = [];
            private readonly OrderedDictionary<string, Parameter> _parameters = [];
            private readonly OrderedDictionary<string, (Tensor Tensor, bool Persistent)> _buffers = [];
            private readonly string? _name;
            private bool _training = true;
            private bool _componentsRegistered;
            private bool _disposed;

            protected Module(string name)
            {
                _name = name;
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || _disposed)
                {
                    return;
                }
                _disposed = true;
                foreach (var (tensor, _) in _buffers.Values)
                {
                    tensor.Dispose();
                }
                foreach (var parameter in _parameters.Values)
                {
                    parameter.Dispose();
                }
                foreach (var submodule in _submodules.Values)
                {
                    submodule.Dispose();
                }
            }

            public virtual string GetName() => string.IsNullOrEmpty(_name) ? GetType().Name : _name;

            /// <summary>True while training, as at first; false after <see cref="eval"/>.</summary>
            public virtual bool training => _training;

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, child) in named_children())
                {
                    child.train(train);
                }
            }

            public virtual void eval() => train(false);

            /// <summary>Applies a function to every sub-module, children first, then to this module.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in named_children())
                {
                    child.apply(fn);
                }
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    if (set_to_none)
                    {
                        parameter.grad = null;
                    }
                    else
                    {
                        using var gradient = parameter.grad;
                        gradient?.zero_();
                    }
                }
            }

            public virtual IEnumerable<(string name, Module module)> named_children() =>
                _submodules.Select(entry => (entry.Key, entry.Value));

            public virtual IEnumerable<Module> children() => named_children().Select(child => child.module);

            /// <summary>Every module below this one, by dotted name; this module itself is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in named_children())
                {
                    yield return child;
                }
                foreach (var (name, child) in named_children())
                {
                    foreach (var (nestedName, nested) in child.named_modules())
                    {
                        yield return ($"{name}.{nestedName}", nested);
                    }
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(entry => entry.module);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, parameter) in _parameters)
                {
                    if (seen.Add(parameter))
                    {
                        yield return (name, parameter);
                    }
                }
                if (!recurse)
                {
                    yield break;
                }
                foreach (var (childName, child) in named_children())
                {
                    foreach (var (name, parameter) in child.named_parameters())
                    {
                        if (seen.Add(parameter))
                        {
                            yield return ($"{childName}.{name}", parameter);
                        }
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(entry => entry.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, (buffer, persistent)) in _buffers)
                {
                    if ((persistent || include_nonpersistent) && seen.Add(buffer))
                    {
                        yield return (name, buffer);
                    }
                }
                if (!recurse)
                {
                    yield break;
                }
                foreach (var (childName, child) in named_children())
                {
                    foreach (var (name, buffer) in child.named_buffers(true, include_nonpersistent))
                    {
                        if (seen.Add(buffer))
                        {
                            yield return ($"{childName}.{name}", buffer);
                        }
                    }
                }
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(entry => entry.buffer);

            public virtual bool has_parameter(string target) => named_parameters().Any(entry => entry.name == target);

            public virtual bool has_buffer(string target) => named_buffers().Any(entry => entry.name == target);

            public virtual Parameter? get_parameter(string target) =>
                named_parameters().FirstOrDefault(entry => entry.name == target).parameter;

            public virtual Tensor? get_buffer(string target) =>
                named_buffers().FirstOrDefault(entry => entry.name == target).buffer;

            /// <summary>
            /// Parameters and persistent buffers by dotted name. They are the module's own tensors, not copies: clone what
            /// must survive further training.
            /// </summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, parameter) in named_parameters())
                {
                    destination.TryAdd(start + name, parameter);
                }
                foreach (var (name, buffer) in named_buffers(include_nonpersistent: false))
                {
                    destination.TryAdd(start + name, buffer);
                }
                return destination;
            }

            /// <summary>
            /// Copies values into this module's parameters and buffers. Nothing is copied unless everything fits.
            /// </summary>
            /// <exception cref="InvalidOperationException">
            /// Shapes differ, or <paramref name="strict"/> is set and names are missing or unexpected; the message lists them.
            /// </exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var destination = state_dict();
                var wanted = destination.Keys.Where(key => skip is null || !skip.Contains(key)).ToList();
                var missing = wanted.Where(key => !source.ContainsKey(key)).ToList();
                var unexpected = source.Keys
                    .Where(key => !destination.ContainsKey(key) && (skip is null || !skip.Contains(key))).ToList();
                var matched = wanted.Where(source.ContainsKey).ToList();

                var problems = new List<string>();
                if (strict && missing.Count > 0)
                {
                    problems.Add("missing: " + string.Join(", ", missing));
                }
                if (strict && unexpected.Count > 0)
                {
                    problems.Add("unexpected: " + string.Join(", ", unexpected));
                }
                var misshapen = matched.Where(key => !source[key].shape.AsSpan().SequenceEqual(destination[key].shape))
                    .Select(key => $"{key} is [{string.Join(", ", destination[key].shape)}] in the module but [{string.Join(", ", source[key].shape)}] in the source");
                problems.AddRange(misshapen);
                if (problems.Count > 0)
                {
                    throw new InvalidOperationException(
                        $"The loaded state_dict does not fit {GetName()}: {string.Join("; ", problems)}.");
                }

                using (no_grad())
                {
                    foreach (var key in matched)
                    {
                        destination[key].copy_(source[key]);
                    }
                }
                return (missing, unexpected);
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                if (!_buffers.TryAdd(name, (Keep(tensor), persistent)))
                {
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
                }
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                if (!_parameters.TryAdd(name, Keep(param)))
                {
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                }
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _submodules.Remove(name);
                    return;
                }
                if (string.IsNullOrEmpty(name))
                {
                    throw new ArgumentException("module name can't be empty string \"\"", nameof(name));
                }
                if (name.Contains('.'))
                {
                    throw new ArgumentException($"module name can't contain \".\", got: {name}", nameof(name));
                }
                if (_submodules.ContainsKey(name))
                {
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                }
                submodule.RegisterComponents();
                _submodules.Add(name, submodule);
            }

            /// <summary>
            /// Registers the modules, parameters and tensors held by the fields of the derived class, under the fields'
            /// names. To be called at the end of the constructor of a model.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (_componentsRegistered)
                {
                    return;
                }
                foreach (var field in ComponentFields.GetOrAdd(GetType(), FieldsToRegister))
                {
                    if (_submodules.ContainsKey(field.Name) || _parameters.ContainsKey(field.Name) || _buffers.ContainsKey(field.Name))
                    {
                        continue;
                    }
                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(field.Name, module);
                            break;
                        case Parameter parameter:
                            register_parameter(field.Name, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(field.Name, tensor);
                            break;
                    }
                }
                _componentsRegistered = true;
            }

            // The library's own layers register what they hold explicitly, under PyTorch's names.
            private static FieldInfo[] FieldsToRegister(Type type)
            {
                const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
                var fields = new List<FieldInfo>();
                for (var current = type; current is not null && current.Assembly != typeof(Module).Assembly; current = current.BaseType)
                {
                    fields.AddRange(current.GetFields(Own).Where(field => fields.TrueForAll(known => known.Name != field.Name)));
                }
                return [.. fields];
            }

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                {
                    _parameters.Remove(name);
                }
                else
                {
                    _parameters[name] = Keep(value);
                }
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                {
                    _buffers.Remove(name);
                }
                else
                {
                    _buffers[name] = (Keep(value), persistent);
                }
            }

            // For the properties of layers: the tensor that is replaced is no longer needed.
            private protected Parameter? SetParameter(string name, Parameter? old, Parameter? value)
            {
                if (!ReferenceEquals(old, value))
                {
                    old?.Dispose();
                    ConditionallyRegisterParameter(name, value);
                }
                return value;
            }

            private protected Tensor? SetBuffer(string name, Tensor? old, Tensor? value)
            {
                if (!ReferenceEquals(old, value))
                {
                    old?.Dispose();
                    ConditionallyRegisterBuffer(name, value);
                }
                return value;
            }

            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking) =>
                Convert(device, dtype, non_blocking);

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
                Convert(new Device(deviceType, deviceIndex), null, non_blocking);

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking) =>
                Convert(null, dtype, non_blocking);

            // Parameters and buffers keep their identity and change what they hold, so an optimizer made before the move
            // still works, and the fields of derived classes need no update.
            private Module Convert(Device? device, ScalarType? dtype, bool non_blocking)
            {
                if (dtype is { } wanted && !is_floating_point(wanted) && !is_complex(wanted))
                {
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={wanted}");
                }
                if (device?.type == DeviceType.CUDA && !cuda.is_available())
                {
                    throw new InvalidOperationException("CUDA is not available.");
                }
                using (no_grad())
                {
                    foreach (var (_, child) in named_children())
                    {
                        child.Convert(device, dtype, non_blocking);
                    }
                    foreach (var parameter in _parameters.Values)
                    {
                        using var gradient = parameter.grad;
                        ConvertInPlace(parameter, device, dtype, non_blocking);
                        if (gradient is not null)
                        {
                            ConvertInPlace(gradient, device, dtype, non_blocking);
                            parameter.grad = gradient;
                        }
                    }
                    foreach (var (buffer, _) in _buffers.Values)
                    {
                        ConvertInPlace(buffer, device, dtype, non_blocking);
                    }
                }
                return this;
            }

            private static void ConvertInPlace(Tensor tensor, Device? device, ScalarType? dtype, bool non_blocking)
            {
                var targetType = dtype is { } wanted && (tensor.is_floating_point() || tensor.is_complex()) ? wanted : tensor.dtype;
                var targetDevice = device ?? tensor.device;
                if (targetType != tensor.dtype || targetDevice != tensor.device)
                {
                    var converted = tensor.to(targetType, targetDevice, non_blocking: non_blocking);
                    converted.requires_grad = tensor.requires_grad;
                    tensor.ReplaceHandle(converted);
                }
            }

            // What a module holds lives as long as the module, whatever scope it was made in.
            private static T Keep<T>(T tensor) where T : Tensor
            {
                tensor.DetachFromDisposeScope();
                return tensor;
            }
        }

        public interface IModule<T, TResult>
        {
            TResult call(T input1);
        }

        public interface IModule<T1, T2, TResult>
        {
            TResult call(T1 input1, T2 input2);
        }

        public interface IModule<T1, T2, T3, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3);
        }

        /// <summary>A module whose inputs and outputs can be watched and replaced by hooks.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            private readonly List<TPreHook> _preHooks = [];
            private readonly List<TPostHook> _postHooks = [];

            protected HookableModule(string name)
                : base(name)
            {
            }

            public HookRemover register_forward_hook(TPostHook hook)
            {
                _postHooks.Add(hook);
                return new HookRemover(() => _postHooks.Remove(hook));
            }

            public HookRemover register_forward_pre_hook(TPreHook hook)
            {
                _preHooks.Add(hook);
                return new HookRemover(() => _preHooks.Remove(hook));
            }

            private protected List<TPreHook> PreHooks => _preHooks;

            private protected List<TPostHook> PostHooks => _postHooks;

            public class HookRemover
            {
                private readonly Action _remove;

                internal HookRemover(Action remove)
                {
                    _remove = remove;
                }

                public void remove() => _remove();
            }
        }

        /// <summary>A module of one input. <see cref="forward"/> computes; <see cref="call"/> also runs the hooks.</summary>
        public abstract class Module<T, TResult> : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T input);

            public TResult call(T input)
            {
                foreach (var hook in PreHooks)
                {
                    input = hook(this, input) ?? input;
                }
                var result = forward(input);
                foreach (var hook in PostHooks)
                {
                    result = hook(this, input, result) ?? result;
                }
                return result;
            }
        }

        /// <summary>A module of two inputs.</summary>
        public abstract class Module<T1, T2, TResult> : HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult>>, IModule<T1, T2, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2);

            public TResult call(T1 input1, T2 input2)
            {
                foreach (var hook in PreHooks)
                {
                    (input1, input2) = hook(this, input1, input2) ?? (input1, input2);
                }
                var result = forward(input1, input2);
                foreach (var hook in PostHooks)
                {
                    result = hook(this, input1, input2, result) ?? result;
                }
                return result;
            }
        }

        /// <summary>A module of three inputs.</summary>
        public abstract class Module<T1, T2, T3, TResult> : HookableModule<Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?>, Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult>>, IModule<T1, T2, T3, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3);

            public TResult call(T1 input1, T2 input2, T3 input3)
            {
                foreach (var hook in PreHooks)
                {
                    (input1, input2, input3) = hook(this, input1, input2, input3) ?? (input1, input2, input3);
                }
                var result = forward(input1, input2, input3);
                foreach (var hook in PostHooks)
                {
                    result = hook(this, input1, input2, input3, result) ?? result;
                }
                return result;
            }
        }

        /// <summary>A module of six inputs, as attention has.</summary>
        public abstract class Module<T1, T2, T3, T4, T5, T6, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, (T1, T2, T3, T4, T5, T6)?>, Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, TResult, TResult>>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6);

            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6)
            {
                foreach (var hook in PreHooks)
                {
                    (input1, input2, input3, input4, input5, input6) =
                        hook(this, input1, input2, input3, input4, input5, input6) ?? (input1, input2, input3, input4, input5, input6);
                }
                var result = forward(input1, input2, input3, input4, input5, input6);
                foreach (var hook in PostHooks)
                {
                    result = hook(this, input1, input2, input3, input4, input5, input6, result) ?? result;
                }
                return result;
            }
        }
    }
}
