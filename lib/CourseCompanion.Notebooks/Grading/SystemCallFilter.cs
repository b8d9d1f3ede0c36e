using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>
/// A seccomp program (classic BPF) that lets a sandboxed process start threads but no other process, and keeps it from the
/// kernel's interfaces that escapes have used. Bubblewrap installs it.
/// </summary>
internal static class SystemCallFilter
{
    private const uint LoadWord = 0x20;
    private const uint JumpIfEqual = 0x15;
    private const uint JumpIfAtLeast = 0x35;
    private const uint JumpIfAnySet = 0x45;
    private const uint Return = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint Kill = 0x80000000;
    private const uint Errno = 0x00050000;
    private const uint NotPermitted = 1;
    private const uint NotImplemented = 38;
    private const uint ThreadFlag = 0x10000;
    private const uint NumberOffset = 0;
    private const uint MachineOffset = 4;
    private const uint FirstArgumentOffset = 16;

    // clone, clone3, then: fork, vfork, ptrace, unshare, setns, mount, bpf, io_uring (3), keyring (3), perf_event_open, userfaultfd, memfd_create,
    // process_vm_writev, shmget. Anonymous shared mappings, which are outside RLIMIT_DATA too, are what the runtime loads assemblies into.
    private static readonly (uint Machine, uint Clone, uint CloneWithStruct, uint[] Refused) X64 =
        (0xC000003E, 56, 435, [57, 58, 101, 272, 308, 165, 321, 425, 426, 427, 248, 249, 250, 298, 323, 319, 311, 29]);

    private static readonly (uint Machine, uint Clone, uint CloneWithStruct, uint[] Refused) Arm64 =
        (0xC00000B7, 220, 435, [117, 97, 268, 40, 280, 425, 426, 427, 217, 218, 219, 241, 282, 279, 271, 194]);

    /// <summary>The program for this machine's processor, or null where there is none for it.</summary>
    internal static byte[]? Program => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Assemble(X64.Machine, X64.Clone, X64.CloneWithStruct, X64.Refused),
        Architecture.Arm64 => Assemble(Arm64.Machine, Arm64.Clone, Arm64.CloneWithStruct, Arm64.Refused),
        _ => null,
    };

    private static byte[] Assemble(uint machine, uint clone, uint cloneWithStruct, uint[] refused)
    {
        List<(uint Code, byte IfTrue, byte IfFalse, uint Value)> program =
        [
            (LoadWord, 0, 0, MachineOffset),
            (JumpIfEqual, 1, 0, machine),
            (Return, 0, 0, Kill),
            (LoadWord, 0, 0, NumberOffset),
            // x32: the same calls under other numbers.
            (JumpIfAtLeast, 0, 1, 0x40000000),
            (Return, 0, 0, Kill),
            // The C library then falls back to clone, whose flags can be read.
            (JumpIfEqual, 0, 1, cloneWithStruct),
            (Return, 0, 0, Errno | NotImplemented),
        ];
        foreach (var call in refused)
        {
            program.Add((JumpIfEqual, 0, 1, call));
            program.Add((Return, 0, 0, Errno | NotPermitted));
        }
        program.AddRange(
        [
            (JumpIfEqual, 0, 3, clone),
            (LoadWord, 0, 0, FirstArgumentOffset),
            (JumpIfAnySet, 1, 0, ThreadFlag),
            (Return, 0, 0, Errno | NotPermitted),
            (Return, 0, 0, Allow),
        ]);
        var bytes = new byte[8 * program.Count];
        foreach (var (i, (code, ifTrue, ifFalse, value)) in program.Index())
        {
            var instruction = bytes.AsSpan(8 * i, 8);
            BinaryPrimitives.WriteUInt16LittleEndian(instruction, (ushort)code);
            (instruction[2], instruction[3]) = (ifTrue, ifFalse);
            BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], value);
        }
        return bytes;
    }
}
