"""Jupyter's own test suite for kernels, against the kernelspec named by COURSE_KERNEL."""

import os
import unittest

import jupyter_kernel_test


class CourseKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ["COURSE_KERNEL"]
    language_name = "C#"
    file_extension = ".cs"
    code_hello_world = 'Console.Write("hello, world");'
    code_stderr = 'Console.Error.Write("problème");'
    completion_samples = [
        {"text": "Console.WriteLi", "matches": ["WriteLine"]},
        # The cursor counts code points: these strings hold characters of two and of four bytes in UTF-16.
        {"text": 'var a = "😀é😀"; a.Lengt', "matches": ["Length"]},
    ]
    complete_code_samples = ["1 + 1", "var x = 1;", 'Console.WriteLine("a");', "void F() { }", "// rien", ""]
    incomplete_code_samples = ["Console.WriteLine(", "if (true) {", 'var s = @"a', "int F(int x)\n{", "/* a"]
    invalid_code_samples = ["int 1x = 2;", "var = ;", ")"]
    code_generate_error = 'throw new InvalidOperationException("non");'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"été"', "result": "été"},
    ]
    code_display_data = [
        {"code": 'display(HTML("<b>gras</b>"));', "mime": "text/html"},
        {"code": 'display("a");', "mime": "text/plain"},
    ]
    code_inspect_sample = "Math.Abs"


if __name__ == "__main__":
    unittest.main()
