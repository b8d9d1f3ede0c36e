"""Executes a notebook with nbclient, as `jupyter execute` does. Arguments: the notebook, where to write the executed one."""

import os
import sys

import nbclient
import nbformat


def main():
    source, target = sys.argv[1:]
    notebook = nbformat.read(source, as_version=4)
    resources = {"metadata": {"path": os.path.dirname(source)}}
    nbclient.NotebookClient(notebook, timeout=1200, kernel_name=os.environ["COURSE_KERNEL"], resources=resources).execute()
    nbformat.write(notebook, target)


if __name__ == "__main__":
    main()
